"""`playground templates`: list, show, render and test."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


@pytest.fixture
def write(playground):
    """Writes a template into the user's folder."""

    def write(name: str, text: str) -> str:
        folder = playground.folder / "config" / "prompts"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        return str(folder / name)

    return write


def test_list_shows_what_ships_and_what_is_the_users(playground, write):
    write("haiku.toml", "description = 'Three lines'\nquery = '{{input}}'")
    write("ode.txt", "Ode to {{input}},")
    result = playground.run("templates", "list")

    names = [line.split()[0] for line in result.stdout.splitlines()[1:]]
    assert {"ode", "fox", "sentiment-few-shot"} <= set(names)
    assert names == sorted(names)


def test_a_broken_file_is_told_on_stderr_and_the_others_are_listed(playground, write):
    broken = write("broken.toml", "query = '{{inptu}}'")
    result = playground.run("templates", "list", "--json")

    assert result.exit_code == 0
    assert f"{broken}:1: query: {{{{inptu}}}} is not a variable" in result.stderr
    listed = {entry["name"]: entry for entry in json.loads(result.stdout)}
    assert "broken" not in listed
    assert listed["qa-few-shot"]["variables"] == ["input", "context"]
    assert listed["sentiment-few-shot"]["labels"] == ["Negative", "Positive"]


def test_the_users_template_hides_the_shipped_one_and_show_says_so(playground, write):
    mine = write("fox.toml", "query = 'My fox'")
    shown = playground.run("templates", "show", "fox").stdout

    assert f"from   {mine}" in shown
    assert "hides" in shown
    assert shown.endswith("My fox\n")


def test_show_writes_the_places_out(playground):
    shown = playground.run("templates", "show", "cloze-sentiment").stdout
    assert shown.endswith("\n{{input}} All in all, it was {{label}}.\n")


def test_show_json_is_the_whole_template(playground):
    shown = json.loads(playground.run("templates", "show", "qa-few-shot", "--json").stdout)
    assert shown["stop"] == ["###"]
    assert shown["shots"][0]["answer"] == "Ada Green"


def test_render_prints_the_prompt_and_nothing_else(playground):
    result = playground.run("templates", "render", "sentiment-zero-shot", "Oh no.")
    assert (result.stdout, result.stderr) == ("Sentiment Analysis\nText: Oh no.\nSentiment:", "")


def test_render_json_holds_the_prompt_and_what_goes_with_it(playground):
    result = playground.run(
        "templates", "render", "sentiment-few-shot", "-p", "input=Hm", "--shots", "1", "--json"
    )
    rendered = json.loads(result.stdout)

    assert rendered["prompt"].endswith("\n###\nText: Hm\nSentiment:")
    assert rendered["shots"] == 1
    assert rendered["labels"] == {"Negative": " Negative", "Positive": " Positive"}


def test_render_takes_piped_text_as_input(playground):
    result = playground.run("templates", "render", "tldr", stdin="It is long.\n")
    assert result.stdout == "It is long.\n\nTL;DR:"


def test_an_empty_pipe_is_no_input(playground):
    assert "the chicken" in playground.run("templates", "render", "joke", stdin="").stdout
    assert "needs 'input'" in playground.run("templates", "render", "tldr", stdin="").stderr
    assert "did  cross" in playground.run("templates", "render", "joke", "").stdout


def test_on_a_terminal_the_shells_prompt_stands_on_its_own_line(playground):
    screen, code = playground.on_terminal("templates", "render", "fox")
    assert (screen.endswith(b"jump high in the\r\n"), code) == (True, 0)


def test_a_value_that_looks_like_a_place_or_a_separator_stays(playground):
    result = playground.run("templates", "render", "sentiment-zero-shot", "{{input}}\n###\n")
    assert result.stdout == "Sentiment Analysis\nText: {{input}}\n###\n\nSentiment:"


FAULTS = {
    ("render", "sentimnt-few-shot", "x"): "did you mean sentiment-",
    ("render", "qa-few-shot", "Who?"): "give -p context=VALUE",
    ("render", "tldr", "x", "-p", "tone=calm"): "it takes: input",
    ("render", "joke-few-shot", "x", "--shots", "4"): "--shots takes 0 to 3",
    ("render", "./none.toml", "x"): "no template file",
    ("show", "foxx"): "did you mean fox",
    ("test", "foxx"): "did you mean fox",
}


@pytest.mark.parametrize("words", FAULTS)
def test_what_cannot_be_meant_is_an_error_with_a_hint_and_exit_code_2(playground, words):
    result = playground.run("templates", *words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert FAULTS[words] in result.stderr


def test_the_shipped_templates_pass_their_tests(playground):
    result = playground.run("templates", "test", "--json")

    assert result.exit_code == 0
    outcomes = json.loads(result.stdout)
    assert {outcome["result"] for outcome in outcomes} <= {"passed", "skipped"}
    assert all(o["detail"] for o in outcomes if o["result"] == "skipped")


def test_a_failing_test_and_an_unreadable_file_make_exit_code_1(playground, write):
    write("bad.toml", "query = 'a'\n[[tests]]\nprompt = 'b'")
    write("worse.toml", "query = ")
    result = playground.run("templates", "test")

    assert result.exit_code == 1
    rows = [line for line in result.stdout.splitlines() if "failed" in line]
    assert "expected 'b', got 'a'" in rows[0]
    assert "worse.toml:1: not TOML" in rows[1]
    assert playground.run("templates", "test", "bad").exit_code == 1
    assert playground.run("templates", "test", "fox").exit_code == 0


def test_token_counts_are_checked_with_a_model_that_is_here(playground, write):
    playground.model("toy", "x")
    write(
        "counted.toml",
        "query = 'four'\n[[tests]]\ntokens = { toy = 4 }\n[[tests]]\ntokens = { toy = 5 }",
    )
    outcomes = json.loads(playground.run("templates", "test", "counted", "--json").stdout)

    assert [o["result"] for o in outcomes] == ["passed", "passed", "passed", "failed"]
    assert outcomes[3]["detail"] == "got 4"


def test_a_plugins_template_is_listed_and_rendered(playground):
    playground.plugin(
        "poetry",
        "from playground.api import Template, hookimpl\n"
        "@hookimpl\n"
        "def register_templates():\n"
        "    return [Template(name='couplet', query='Two lines on {{input}}:')]\n",
    )
    assert "couplet" in playground.run("templates", "list").stdout
    assert playground.run("templates", "render", "couplet", "rain").stdout == "Two lines on rain:"
    assert "plugin poetry" in playground.run("templates", "show", "couplet").stdout


def test_rendering_imports_nothing_heavy(home):
    script = (
        "import sys; from playground.ui.cli.app import cli\n"
        "try: cli.main(['templates', 'render', 'fox'])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'torch', 'transformers', 'numpy', 'textual'} & set(sys.modules)\n"
        "print('|', sorted(heavy), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("jump high in the")
    assert done.stderr.endswith("| []\n")
