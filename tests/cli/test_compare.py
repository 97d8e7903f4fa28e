"""`playground compare`: several chains and models at once, as a contract for programs and on a terminal."""

from __future__ import annotations

import json
import re

import pytest

COINS = [{"a": 0.5, "b": 0.3, "c": 0.2}] * 40
CHAINS = ("-s", "greedy", "-s", "temperature(0.8)|top_p(0.95)|sample", "-s", "beam(width=4)")


@pytest.fixture
def coins(playground):
    return playground.model("coins", COINS, after="x")


def compared(playground, *words):
    return json.loads(playground.run("compare", "x", *words, "--json").stdout)


def test_json_is_the_contract(playground, coins):
    found = compared(playground, "-m", coins, *CHAINS, "--seed", "7", "--max-tokens", "20")
    assert [run["name"] for run in found["runs"]] == [
        "greedy", "temperature(0.8) | top_p(0.95) | sample", "beam(width=4)",
    ]  # fmt: skip
    first = found["runs"][0]
    assert first["text"] == "a" * 20
    assert first["perplexity"] == pytest.approx(2, abs=1e-3)
    assert (first["distinct_1"], first["distinct_2"]) == (1 / 20, 1 / 19)
    assert first["repetition"] == pytest.approx(1 - 1 / 17)
    assert first["mean_rank"] == 0
    assert first["tokens_per_second"] > 0
    parted = found["divergence"]
    texts = [run["text"] for run in found["runs"]]
    index = next(at for at, there in enumerate(zip(*texts, strict=True)) if len(set(there)) > 1)
    assert parted["index"] == index
    for run, there in zip(found["runs"], parted["runs"], strict=True):
        assert there["name"] == run["name"]
        assert there["token"]["text"] == run["text"][index]
        assert {top["text"] for top in there["top"][:3]} == set("abc")
        assert sum(top["probability"] for top in there["top"]) == pytest.approx(1, abs=1e-3)


def test_the_noise_is_common_and_that_of_gen(playground, coins):
    """Two chains that leave the same distribution say the same; each is what `gen` says."""
    chains = ("sample", "top_p(1) | sample", "top_k(2) | sample")
    words = [word for chain in chains for word in ("-s", chain)]
    found = compared(playground, "-m", coins, *words, "--seed", "11", "-n", "2")
    texts = [run["text"] for run in found["runs"]]
    assert len(texts) == 6
    assert texts[:2] == texts[2:4]
    assert texts[0] != texts[1]
    for chain, said in zip(chains, (texts[:2], texts[2:4], texts[4:]), strict=True):
        alone = playground.run(
            "gen", "x", "-m", coins, "-s", chain, "--seed", "11", "-n", "2", "--json"
        )
        assert [end["text"] for end in json.loads(alone.stdout)] == said


def test_several_models_are_told_apart_by_name(playground, coins):
    other = playground.model("other", "zzz", after="x")
    found = compared(playground, "-m", coins, "-m", other, "-s", "greedy")
    assert [run["name"] for run in found["runs"]] == ["coins · greedy", "other · greedy"]
    assert found["divergence"]["index"] == 0


def test_runs_that_say_the_same_part_nowhere(playground, coins):
    found = compared(playground, "-m", coins, "-s", "greedy", "-s", "top_k(1) | sample")
    assert found["divergence"] is None


def test_without_a_terminal_there_are_tables(playground, coins):
    result = playground.run(
        "compare", "x", "-m", coins, "-s", "greedy", "-s", "top_k(2)|sample", "--seed", "3",
        "--max-tokens", "8",
    )  # fmt: skip
    lines = result.stdout.splitlines()
    assert lines[0].split() == [
        "run", "tokens", "tokens/s", "perplexity", "distinct-1", "distinct-2", "repetition", "mean",
        "rank", "text",
    ]  # fmt: skip
    assert lines[1].startswith("greedy")
    assert lines[1].endswith("aaaaaaaa")
    assert lines[3].startswith("they part at token ")
    assert lines[4].split() == ["run", "took", "probability", "rank", "of"]
    assert result.stderr == "seed 3\n"
    assert "\x1b" not in result.stdout


def test_it_is_kept_as_continuations_of_one_text(playground, coins):
    words = ("compare", "x", "-m", coins, "-s", "greedy", "-s", "top_k(1) | sample", "-s", "beam")
    playground.run(*words, "--max-tokens", "5")
    assert playground.run("sessions", "show", "last").stdout.count("aaaaa") == 3
    playground.run(*words, "--max-tokens", "5", "--no-history")
    assert len(json.loads(playground.run("sessions", "list", "--json").stdout)) == 1


def test_a_template_is_filled_and_kept_with_the_runs(playground, coins):
    playground.template(
        "fox",
        'query = "x{{animal}}"\n[variables.animal]\nhelp = "which"\n',
    )
    words = ("compare", "-t", "fox", "-p", "animal=y", "-m", coins, "-s", "greedy", "-s", "sample")
    result = playground.run(*words, "--max-tokens", "3")
    assert result.exit_code == 0, result.stderr
    exported = playground.folder / "kept.json"
    playground.run("sessions", "export", "last", "-o", str(exported))
    kept = exported.read_text()
    assert '"fox"' in kept
    assert '"animal"' in kept


def test_templates_are_compared_each_with_the_variables_that_it_has(playground, coins):
    playground.template("plain", 'query = "{{input}}"\n')
    playground.template(
        "kind",
        'query = "{{input}}{{animal}}"\nstop = ["bb"]\n[variables.animal]\nhelp = "which"\n',
    )
    words = ("-t", "plain", "-t", "kind", "-p", "animal=y", "-m", coins, "--seed", "5")
    found = compared(playground, *words, "-s", "greedy", "-s", "sample", "--max-tokens", "6")
    assert [run["name"] for run in found["runs"]] == [
        "greedy · plain", "greedy · kind", "sample · plain", "sample · kind",
    ]  # fmt: skip
    assert [run["prompt"] for run in found["runs"]] == ["x", "xy", "x", "xy"]
    alone = playground.run(
        "gen", "x", "-t", "kind", "-p", "animal=y", "-m", coins, "-s", "sample", "--seed", "5",
        "--max-tokens", "6", "--json",
    )  # fmt: skip
    assert json.loads(alone.stdout)[0]["text"] == found["runs"][3]["text"]
    playground.run("compare", "x", *words, "-s", "greedy", "--max-tokens", "3")
    exported = playground.folder / "kept.json"
    playground.run("sessions", "export", "last", "-o", str(exported))
    assert '"kind"' in exported.read_text()


def test_templates_without_a_text_are_compared_as_their_variables_fill_them(playground, coins):
    for name in ("one", "two"):
        playground.template(name, f'query = "{name} {{{{a}}}}"\n[variables.a]\nhelp = "a"\n')
    result = playground.run(
        "compare", "", "-t", "one", "-t", "two", "-p", "a=x", "-m", coins, "-s", "greedy",
        "--max-tokens", "3", "--json",
    )  # fmt: skip
    assert [run["prompt"] for run in json.loads(result.stdout)["runs"]] == ["one x", "two x"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-p", "nope=1"), "no template that is compared has a variable 'nope'"),
        (("--shots", "1"), "--shots goes with one template"),
        (("-t", "nobody"), "no template 'nobody'"),
    ],
)
def test_what_several_templates_cannot_be_filled_with_is_told(playground, coins, words, told):
    for name in ("one", "two"):
        playground.template(name, 'query = "{{input}}"\n')
    result = playground.run("compare", "x", "-t", "one", "-t", "two", "-m", coins, *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


FAULTS = {
    ("-s", "greedy"): (2, "one run alone compares with nothing"),
    ("-s", "gredy", "-s", "sample"): (2, "did you mean greedy"),
    ("-s", "greedy", "-s", "top_k(0)|sample"): (2, "k must be int at least 1, not 0"),
    ("-s", "greedy", "-m", "coins", "-m", "nope"): (3, "no model 'nope'"),
    ("-s", "greedy", "-n", "65"): (2, "1<=x<=64"),
    ("-s", "greedy", "-s", "sample", "-n", "33"): (2, "66 runs are too many"),
    ("-s", "greedy", "-s", "sample", "--seed", "-1"): (2, "0<=x"),
}


@pytest.mark.parametrize("words", FAULTS)
def test_what_cannot_be_is_told(playground, coins, words):
    code, told = FAULTS[words]
    extra = () if "-m" in words else ("-m", coins)
    result = playground.run("compare", "x", *extra, *words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert told in result.stderr


def test_a_run_that_fails_is_told_and_the_others_are_shown(playground, coins):
    short = playground.model("short", "abc", context_length=4)
    result = playground.run(
        "compare", "xxxxxx", "-m", coins, "-m", short, "-s", "greedy", "--max-tokens", "4"
    )
    assert result.exit_code == 5
    assert "context holds 4" in result.stderr


def test_on_a_terminal_columns_stream_and_what_a_model_writes_does_nothing(playground):
    hostile = playground.model("hostile", "\x1b]0;owned\x07la la la", after="x", pause=0.02)
    screen, code = playground.on_terminal(
        "compare", "x", "-m", hostile, "-s", "greedy", "-s", "top_k(2)|sample"
    )
    assert code == 0
    assert "│".encode() in screen
    assert "␛]0;owned␇".encode() in screen
    rest = re.sub(rb"\x1b\[[0-9;]*[mAKJ]", b"", screen)
    assert b"\x1b" not in rest
    assert b"they say the same" in rest


def test_ctrl_c_keeps_what_was_said(playground):
    slow = playground.model("slow", "la" * 500, after="x", pause=0.02)
    terminal = playground.terminal("compare", "x", "-m", slow, "-s", "greedy", "-s", "sample")
    terminal.wait_for(b"lala")
    terminal.type(b"\x03")
    screen, code = terminal.finish()
    assert code == 130
    assert b"greedy: cancelled in" in screen
    assert "lala" in playground.run("sessions", "show", "last").stdout
