"""What bad input gets: one clear error or a stated rule, nothing lost, and the exit code of its kind."""

import pytest

LATIN1 = "café".encode("latin-1")


@pytest.fixture
def echo(playground):
    """A model with a context of 20 tokens (bytes) that says "." for ever."""
    return playground.model("echo", "." * 100, context_length=20)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--max-tokens", "-1"], "-1 is not in the range x>=0"),
        (["--max-seconds", "nan"], "it must be a finite number, not nan"),
        (["--temperature", "-1"], "temperature: t must be float at least 0, not -1.0"),
        (["--temperature", "nan"], "must be a finite number, not nan"),
        (["--temperature", "inf"], "must be a finite number, not inf"),
        (["--temperature", "warm"], "'warm' is not a valid float"),
        (["--top-p", "1.01"], "must be float"),
        (["--top-k", "0"], "must be int"),
        (["--seed", "-1"], "-1 is not in the range"),
        (["--seed", str(2**63)], "is not in the range"),
        (["-n", "0"], "0 is not in the range"),
        (["--stop", ""], "an empty text would stop before the first token"),
        (["-s", "gredy"], "there is no strategy or processor 'gredy'"),
        (["-s", "temperature(0.8 | sample"], "malformed chain at column"),
        (["-s", "sample | greedy"], "a chain has one strategy"),
        (["-s", ""], "the chain is empty"),
        (["-s", "temperature(warmth=2) | sample"], "temperature has no option 'warmth'"),
        (["-t", "sentimnt-zero-shot"], "there is no template 'sentimnt-zero-shot'"),
        (["-p", "who"], "'who' is not KEY=VALUE"),
        (["-p", "who=Bob"], "give its name with -t"),
        (["--temprature", "1"], "No such option '--temprature'"),
        (["--json", "--jsonl"], "exclude each other"),
        (["--alternatives", "3"], "--alternatives is for the events of --jsonl"),
        (["--fit", "all"], "'all' is not one of 'tail', 'head', 'middle'"),
    ],
)
def test_an_option_that_cannot_be_meant_is_a_usage_error(playground, echo, words, told):
    ran = playground.run("gen", "Hi", "-m", echo, *words)
    assert (ran.stdout, ran.exit_code) == ("", 2)
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("words", "suggestion"),
    [
        (["gen", "--temprature", "1"], "--temperature"),
        (["gen", "x", "-s", "gredy"], "greedy"),
        (["gen", "x", "-t", "tldrr"], "tldr"),
        (["gne", "x"], "gen"),
        (["strategies", "show", "beem"], "beam"),
        (["--ofline", "gen", "x"], "--offline"),
        (["train", "chr-rnn", "x"], "char-rnn"),
    ],
)
def test_a_misspelt_name_gets_did_you_mean(playground, words, suggestion):
    ran = playground.run(*words)
    assert ran.exit_code == 2
    assert "did you mean" in ran.stderr.lower()
    assert suggestion in ran.stderr


def test_an_unknown_model_is_not_available(playground, echo):
    ran = playground.run("gen", "Hi", "-m", "ecko")
    assert ran.exit_code == 3
    assert "there is no model 'ecko'" in ran.stderr
    assert "echo" in ran.stderr


def test_an_empty_prompt_continues_from_the_beginning_of_text(playground):
    model = playground.model("once", "Once")
    assert playground.run("gen", "", "-m", model, "--max-tokens", "4").exit_code == 0


def test_an_empty_prompt_for_a_model_without_a_beginning_of_text_is_said(playground):
    model = playground.model("middle", "x", begins=False)
    ran = playground.run("gen", "", "-m", model)
    assert ran.exit_code == 2
    assert "the prompt is empty" in ran.stderr


def test_no_prompt_at_all_on_a_terminal_is_said(playground, echo):
    screen, code = playground.on_terminal("gen", "-m", echo)
    assert code == 2
    assert b"there is no text" in screen


def test_a_prompt_longer_than_the_context_is_refused_with_numbers_and_offers(playground, echo):
    ran = playground.run("gen", "x" * 25, "-m", echo)
    assert (ran.stdout, ran.exit_code) == ("", 5)
    assert "25 tokens" in ran.stderr
    assert "20" in ran.stderr
    for part in ("tail", "head", "middle"):
        assert part in ran.stderr


@pytest.mark.parametrize("fit", ["tail", "head", "middle"])
def test_a_prompt_that_is_cut_on_request_is_said_to_be(playground, echo, fit):
    ran = playground.run("gen", "x" * 25, "-m", echo, "--fit", fit, "--max-tokens", "5")
    assert (len(ran.stdout), ran.exit_code) == (5, 0)
    assert f"the prompt was cut to 15 of its 25 tokens (--fit {fit})" in ran.stderr


def test_ten_megabytes_of_prompt_are_refused_with_numbers(playground, echo):
    # In process, since a session process refuses so long a prompt before it is encoded.
    ran = playground.run("--in-process", "gen", "-m", echo, stdin=b"word " * 2_097_152)
    assert ran.exit_code == 5
    assert "10,485,760 tokens" in ran.stderr


def test_no_tokens_asked_for_is_no_text(playground, echo):
    ran = playground.run("gen", "Hi", "-m", echo, "--max-tokens", "0")
    assert (ran.stdout, ran.exit_code) == ("", 0)
    assert "0 tokens" in ran.stderr


def test_more_tokens_than_the_context_holds_are_said_and_generated_up_to_it(playground, echo):
    ran = playground.run("gen", "Hi", "-m", echo, "--max-tokens", "1000")
    assert (ran.stdout, ran.exit_code) == ("." * 18, 0)
    assert "the context of 20 tokens has room for 18 more, not 1,000" in ran.stderr
    assert "the context is full" in ran.stderr


def test_temperature_zero_is_greedy_and_said(playground):
    model = playground.model("chances", [{"y": 0.51, "n": 0.49}] * 20)
    ran = playground.run("gen", "", "-m", model, "--temperature", "0", "--max-tokens", "10")
    assert "greedy" in ran.stderr
    assert set(ran.stdout) == {"y"}


def test_top_p_zero_keeps_the_likeliest_token(playground):
    model = playground.model("chances", [{"y": 0.51, "n": 0.49}] * 20)
    ran = playground.run("gen", "", "-m", model, "--top-p", "0", "--max-tokens", "10")
    assert set(ran.stdout) == {"y"}


def test_top_k_beyond_the_vocabulary_keeps_all_of_it(playground, echo):
    ran = playground.run("gen", "Hi", "-m", echo, "--top-k", "1000000", "--max-tokens", "2")
    assert (ran.stdout, ran.exit_code) == ("..", 0)


def test_stdin_that_is_not_utf8_is_refused_with_the_offset(playground, echo):
    ran = playground.run("gen", "-", "-m", echo, stdin=LATIN1)
    assert ran.exit_code == 2
    assert "standard input is not UTF-8: byte 0xE9 at offset 3" in ran.stderr
    assert "iconv" in ran.stderr


def test_an_argument_that_is_not_utf8_is_refused_with_the_offset(playground, echo):
    ran = playground.process("gen", LATIN1, "-m", echo)
    assert ran.returncode == 2
    assert b"the text is not UTF-8: byte 0xE9 at offset 3" in ran.stderr


def test_nul_bytes_are_kept_and_said(playground):
    model = playground.model("nul", "kept", after="a\0b\0")
    ran = playground.run("gen", "-", "-m", model, stdin=b"a\0b\0")
    assert ran.stdout == "kept"
    assert (
        "standard input holds 2 NUL bytes, they are kept (the first at character 1)" in ran.stderr
    )


def test_a_character_that_the_model_does_not_know_is_named(playground):
    ran = playground.run("gen", "ROMEO: ☃", "-m", "shakespeare-rnn")
    assert ran.exit_code == 2
    assert "☃" in ran.stderr


def test_a_stage_that_fails_while_generating_keeps_the_text_and_names_the_plugin(playground):
    playground.plugin(
        "fragile",
        "from playground.api import Processor, hookimpl\n"
        "class Fragile(Processor, frozen=True):\n"
        "    '''Breaks at the third token.'''\n"
        "    def __call__(self, candidates, step):\n"
        "        return candidates if step.position < step.prompt_length + 2 else 1 / 0\n"
        "@hookimpl\n"
        "def register_processors():\n"
        "    return [Fragile]\n",
    )
    model = playground.model("abc", "abcdef")
    ran = playground.run("gen", "", "-m", model, "-s", "fragile | greedy")
    assert ran.exit_code == 4
    assert "fragile" in ran.stderr
    assert "ZeroDivisionError" in ran.stderr


def test_a_broken_plugin_is_one_line_and_nothing_else_breaks(playground, echo):
    playground.plugin("broken", "def oops(:\n")
    ran = playground.run("gen", "Hi", "-m", echo, "--max-tokens", "2")
    assert (ran.stdout, ran.exit_code) == ("..", 0)
    assert "warning: plugin broken" in ran.stderr
    assert "invalid syntax (line 1 of broken.py)" in ran.stderr


def test_a_plugin_folder_that_does_not_exist_is_a_usage_error(playground):
    ran = playground.run("--plugins-dir", "/no/such/folder", "gen", "x")
    assert ran.exit_code == 2
    assert "/no/such/folder" in ran.stderr


def test_a_broken_settings_file_is_named(playground):
    file = playground.folder / "config" / "config.toml"
    file.write_text("model = [")
    ran = playground.run("gen", "x")
    assert ran.exit_code == 2
    assert str(file) in ran.stderr


def test_a_setting_that_does_not_exist_is_named_with_the_nearest(playground):
    (playground.folder / "config" / "config.toml").write_text('modle = "x"')
    ran = playground.run("gen", "x")
    assert ran.exit_code == 2
    assert "did you mean model" in ran.stderr


def test_a_traceback_is_shown_only_when_asked_for(playground, echo):
    quiet = playground.run("gen", "x" * 25, "-m", echo)
    loud = playground.run("-v", "gen", "x" * 25, "-m", echo)
    assert "Traceback" not in quiet.stderr
    assert "Traceback" in loud.stderr
    assert quiet.exit_code == loud.exit_code == 5
