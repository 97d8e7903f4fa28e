"""`playground gen` continues a text: only the text on stdout, everything else on stderr."""

import json

import pytest


@pytest.fixture
def hello(playground):
    """A model that continues "Hello" with " world.\\nAnd more"."""
    return playground.model("hello", " world.\nAnd more", after="Hello")


def test_stdout_is_the_generated_text_and_nothing_else(playground, hello):
    ran = playground.run("gen", "Hello", "-m", hello)
    assert (ran.stdout, ran.exit_code) == (" world.\nAnd more", 0)


def test_stderr_tells_speed_reason_chain_and_seed(playground, hello):
    ran = playground.run("gen", "Hello", "-m", hello, "--seed", "7", "-s", "greedy")
    assert "17 tokens in" in ran.stderr
    assert "the model ended the text · hello · greedy · seed 7" in ran.stderr


@pytest.mark.parametrize("words", [["-"], []])
def test_the_prompt_is_read_from_stdin_as_it_is(playground, words):
    model = playground.model("newline", "kept", after="Hello\r\n\n")
    assert playground.run("gen", *words, "-m", model, stdin=b"Hello\r\n\n").stdout == "kept"


def test_the_model_and_its_options_come_from_the_settings_if_not_from_flags(
    playground, hello, monkeypatch
):
    monkeypatch.setenv("PLAYGROUND_MODEL", hello)
    monkeypatch.setenv("PLAYGROUND_CHAIN", "greedy")
    assert "hello · greedy" in playground.run("gen", "Hello").stderr


def test_flags_set_stages_of_the_chain(playground, hello):
    words = ["-m", hello, "--temperature", "0.5", "--top-k", "3", "--top-p", "0.9", "--jsonl"]
    started = json.loads(playground.run("gen", "Hello", *words).stdout.splitlines()[0])
    assert started["chain"] == "temperature(0.5) | top_p(0.9) | top_k(3) | sample"


def test_a_stop_string_ends_the_text_before_it(playground, hello):
    ran = playground.run("gen", "Hello", "-m", hello, "--stop", ".\nA", "--stop", "more")
    assert ran.stdout == " world"
    assert r"stopped at a stop string '.\nA'" in ran.stderr


def test_max_tokens_ends_the_text(playground, hello):
    ran = playground.run("gen", "Hello", "-m", hello, "--max-tokens", "3")
    assert ran.stdout == " wo"
    assert "stopped at --max-tokens" in ran.stderr


def test_max_seconds_ends_the_text(playground):
    model = playground.model("slow", "a" * 1000, pause=0.02)
    ran = playground.run("gen", "", "-m", model, "--max-seconds", "0.1", "--max-tokens", "1000")
    assert 0 < len(ran.stdout) < 100
    assert "stopped at --max-seconds" in ran.stderr


def test_sequences_follow_each_other_with_an_empty_line_between(playground, hello):
    ran = playground.run("gen", "Hello", "-m", hello, "-n", "3", "--max-tokens", "6")
    assert ran.stdout == " world\n\n world\n\n world"
    assert [line for line in ran.stderr.splitlines() if "sequence" in line] == [
        f"── sequence {number} of 3 ──" for number in (1, 2, 3)
    ]


def test_a_template_is_filled_by_text_and_variables(playground):
    playground.template(
        "say", 'query = "{{input}} {{who}}:"\nstop = ["#"]\nmax_tokens = 6\n[variables.who]\n'
    )
    model = playground.model("bob", " yes #no", after="Hi Bob:")
    for words, stdin in ((["Hi"], None), (["-p", "input=Hi"], None), ([], "Hi"), (["-"], "Hi\n")):
        ran = playground.run("gen", *words, "-t", "say", "-p", "who=Bob", "-m", model, stdin=stdin)
        assert (ran.stdout, ran.exit_code) == (" yes ", 0), ran.stderr


def test_a_newline_at_the_end_of_piped_input_is_said_to_be_left_out(playground):
    model = playground.model("short", "Short.")
    ran = playground.run("gen", "-t", "tldr", "-m", model, stdin="A long story.\n")
    assert "the final newline of standard input is not part of the input" in ran.stderr


def test_lint_warns_before_generating(playground):
    model = playground.model("space", "x", after="Hello ")
    ran = playground.run("gen", "Hello ", "-m", model)
    assert ran.stdout == "x"
    assert ran.stderr.startswith("warning: the prompt ends in")


def test_json_is_the_list_of_finished_sequences(playground, hello):
    ran = playground.run("gen", "Hello", "-m", hello, "-n", "2", "--json", "--seed", "3")
    finished = json.loads(ran.stdout)
    assert [f["sequence"] for f in finished] == [0, 1]
    assert {(f["reason"], f["text"], f["tokens"], f["seed"]) for f in finished} == {
        ("eos", " world.\nAnd more", 17, 3)
    }


def test_jsonl_is_one_event_a_line_and_the_tokens_make_the_text(playground, hello):
    ran = playground.run("gen", "Hello", "-m", hello, "--jsonl", "--alternatives", "2")
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    tokens = [event for event in events if event["type"] == "token"]
    assert [event["type"] for event in events] == ["started", *["token"] * 17, "finished"]
    assert "".join(token["text"] for token in tokens) == events[-1]["text"] == " world.\nAnd more"
    assert [token["index"] for token in tokens] == list(range(17))
    assert all(len(token["raw_alternatives"]) == 2 for token in tokens)


def test_beam_search_streams_drafts_as_events_and_only_final_text_as_text(playground):
    model = playground.model("two", [{"a": 0.6, "b": 0.4}, {"c": 0.5, "d": 0.5}, "e"], after="x")
    words = ["gen", "x", "-m", model, "-s", "beam(2)", "--max-tokens", "3"]
    events = [json.loads(line) for line in playground.run(*words, "--jsonl").stdout.splitlines()]
    assert "draft" in {event["type"] for event in events}
    assert playground.run(*words).stdout == events[-1]["text"]


def test_probabilities_are_numbers_in_a_pipe(playground):
    model = playground.model("chances", [{"y": 0.75, "n": 0.25}, "\n", "!"], after="x")
    ran = playground.run("gen", "x", "-m", model, "--probs", "-s", "greedy")
    assert ran.stdout == "y(0.75)␊(1)\n!(1)"
    assert "token(p)" in ran.stderr


def test_probabilities_are_colours_where_they_are_forced(playground, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    model = playground.model("chances", [{"y": 0.75, "n": 0.25}, "!"], after="x")
    ran = playground.run("gen", "x", "-m", model, "--probs", "-s", "greedy")
    assert ran.stdout == "\x1b[38;5;16;48;5;149my\x1b[0m\x1b[38;5;16;48;5;227m!\x1b[0m"


def test_half_characters_are_shown_with_the_token_that_completes_them(playground):
    model = playground.model("euro", "€!", after="x")
    assert playground.run("gen", "x", "-m", model).stdout == "€!"
    assert playground.run("gen", "x", "-m", model, "--probs").stdout == "€(1 1 1)!(1)"


def test_the_embedded_model_continues_a_text_without_any_option(playground):
    ran = playground.run("gen", "ROMEO:\n", "--max-tokens", "40", "--seed", "1")
    assert ran.exit_code == 0, ran.stderr
    assert len(ran.stdout) == 40
    assert "shakespeare-rnn" in ran.stderr
