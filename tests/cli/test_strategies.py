"""`playground strategies` explains what a chain can be made of, from the classes themselves."""

import json
import re

from playground.api.options import options_of
from playground.plugins import load_plugins


def test_the_list_names_every_strategy_and_processor(playground):
    plugins = load_plugins()
    rows = json.loads(playground.run("strategies", "list", "--json").stdout)
    assert {(row["name"], row["kind"]) for row in rows} == {
        *((name, "strategy") for name in plugins.strategies),
        *((name, "processor") for name in plugins.processors),
    }
    assert all(row["summary"] for row in rows)


def test_the_table_is_aligned_and_has_no_escape_codes_in_a_pipe(playground):
    lines = playground.run("strategies", "list").stdout.splitlines()
    column = lines[0].index("kind")
    assert {line[column:].split()[0] for line in lines} == {"kind", "strategy", "processor"}
    assert "\x1b" not in "".join(lines)


def test_the_last_column_wraps_under_itself_on_a_terminal(playground):
    screen, _ = playground.on_terminal("strategies", "list", COLUMNS="60")
    assert max(len(line) for line in screen.decode().replace("\x1b[1m", "").splitlines()) <= 64


def test_showing_a_stage_tells_every_option(playground):
    for name, stage in load_plugins().strategies.items():
        shown = json.loads(playground.run("strategies", "show", name, "--json").stdout)
        assert [o["name"] for o in shown["options"]] == [o.name for o in options_of(stage)]


def test_an_option_is_shown_with_type_range_default_and_help(playground):
    table = playground.run("strategies", "show", "beam").stdout
    assert "beam · strategy of plugin search, ends a chain" in table
    row = next(line for line in table.splitlines() if line.startswith("width"))
    cells = re.split(r"  +", row)
    assert cells == [
        "width",
        "int",
        "at least 1 and at most 256",
        "4",
        "texts followed side by side",
    ]


def test_a_stage_is_shown_with_its_formula_its_paper_its_peers_and_its_neutral_value(playground):
    shown = playground.run("strategies", "show", "top_a").stdout
    told = json.loads(playground.run("strategies", "show", "top_a", "--json").stdout)
    assert (told["formula"], told["neutral"]) == ("p_i >= a max(p)^2", "top_a(0)")
    assert told["details"]
    facts = [told[fact] for fact in ("formula", "source", "elsewhere", "neutral")]
    assert all(fact in shown for fact in (*told["details"], *facts))


def test_a_processor_is_shown_at_work_on_a_small_distribution(playground):
    lines = playground.run("strategies", "show", "top_k").stdout.splitlines()[-5:]
    assert [line.split() for line in lines if "after “" not in line] == [
        ["top_k(3)"],
        ["token", "mat", "rug", "dog", "the", "cat", "<end>"],
        ["before", "0.400", "0.250", "0.150", "0.100", "0.060", "0.040"],
        ["after", "0.500", "0.313", "0.188", "-", "-", "-"],
    ]


def test_a_strategy_is_shown_at_work_on_a_small_model(playground):
    example = json.loads(playground.run("strategies", "show", "greedy", "--json").stdout)["example"]
    assert example["tokens"][:4] == ["cat", "sat", "on", "the"]
    assert [round(p, 3) for p in example["probabilities"][:4]] == [0.4, 0.5, 0.8, 1.0]


def test_a_strangers_stage_that_fails_is_shown_all_the_same(playground):
    playground.plugin(
        "broken",
        "from playground.api import Processor, hookimpl\n"
        "class Broken(Processor, frozen=True):\n"
        "    '''Does nothing well.'''\n"
        "    def __call__(self, candidates, step):\n"
        "        return 1 / 0\n"
        "@hookimpl\n"
        "def register_processors():\n"
        "    return [Broken]\n",
    )
    shown = playground.run("strategies", "show", "broken").stdout
    assert "Does nothing well." in shown
    assert "no worked example: ZeroDivisionError: division by zero (line 5 of broken.py)" in shown


def test_an_alias_shows_the_stage(playground):
    shown = playground.run("strategies", "show", "tfs").stdout
    assert shown.startswith("tail_free ")
    assert "also called tfs, tfs_z" in shown


def test_an_option_without_a_default_is_said_to_be_needed(playground):
    assert "(must be given)" in playground.run("strategies", "show", "logit_bias").stdout


def test_a_plugins_stage_is_listed_beside_the_built_in_ones(playground):
    playground.plugin(
        "mine",
        "from playground.api import Processor, hookimpl\n"
        "class Mine(Processor, frozen=True):\n"
        "    '''Does as it pleases.'''\n"
        "    aliases = ('my_own',)\n"
        "    def __call__(self, candidates, step):\n"
        "        return candidates\n"
        "@hookimpl\n"
        "def register_processors():\n"
        "    return [Mine]\n",
    )
    assert "Does as it pleases." in playground.run("strategies", "list").stdout
    shown = playground.run("strategies", "show", "my_own").stdout
    assert shown.startswith("mine · processor of plugin mine")
    assert "also called my_own" in shown
