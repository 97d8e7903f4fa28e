"""No action without help, completion, a test and a place in the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from playground.api import Action, Argument, PluginFailed
from playground.api.actions import GROUPS
from playground.plugin_offers import ACTION_NAME, offers_of
from playground.session.actions.completing import SOURCES
from playground.session.actions.table import ACTIONS, BUILT_IN
from playground.session.helping import help_on

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "repl.md").read_text(encoding="utf-8")
TESTS = "".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("*.py"))
OF_THE_ISSUE = (
    "model models unload device strategy temp top-k top-p seed max stop n t p shots render lint "
    "classify more retry undo redo fork goto tree diff pin name alt next tokens probs why stats "
    "score save load search export copy edit record run set preset plugins reload log help quit"
)
WITHOUT_COMPLETION = {
    "name": "a new name", "fork": "a new name", "save": "a new name", "type": "a text", "edit": "a text",
    "render": "a text", "lint": "a text", "classify": "a text", "score": "a text", "fill": "a text",
    "detect": "a text",
    "search": "any words", "why": "a number of the table", "alt": "numbers of the table",
}  # fmt: skip
"""Actions whose first argument cannot be known beforehand, and why."""


def test_every_command_is_there():
    assert set(OF_THE_ISSUE.split()) <= set(BUILT_IN)


def test_names_and_aliases_are_taken_once():
    names = [name for action in ACTIONS for name in (action.name, *action.aliases)]
    assert len(names) == len(set(names))
    assert all(map(ACTION_NAME.fullmatch, names))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_every_action_says_what_it_does_and_what_it_takes(action):
    assert action.group in GROUPS
    assert re.fullmatch(r"[A-Z].{8,}\.", action.summary)
    assert all(argument.help for argument in action.arguments)
    assert help_on(action.name, BUILT_IN)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_every_action_completes_what_it_takes(action):
    for argument in action.arguments[:1]:
        known = argument.choices or argument.suggestions or argument.completer
        assert bool(known) != (action.name in WITHOUT_COMPLETION)
    for argument in action.arguments:
        assert argument.completer in {"", "chain", "values", *SOURCES}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_every_action_is_in_the_documentation(action):
    usage = action.usage.replace("|", "\\|")
    assert f"| `{usage}` | {action.summary} |" in PAGE


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_every_action_is_tested(action):
    names = "|".join((action.name, *action.aliases))
    assert re.search(rf"""["' {{]/({names})\b""", TESTS)


def test_no_command_is_documented_that_there_is_not():
    documented = re.findall(r"^\| `(/[^`]+)` \|", PAGE, re.MULTILINE)
    assert documented == [action.usage.replace("|", "\\|") for action in ACTIONS]


ONE = Argument(name="one", help="One.")
WHOLE = Argument(name="whole", help="All.", rest=True)
MAYBE = Argument(name="maybe", help="Perhaps.", optional=True)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": "Loud"}, "lower-case words"),
        ({"aliases": ("a b",)}, "lower-case words"),
        ({"arguments": (MAYBE, ONE)}, "optional arguments come last"),
        ({"arguments": (WHOLE, ONE)}, "only the last argument takes the rest"),
        ({"run": lambda desk: None}, r"run as run\(desk, arguments\)"),
    ],
)
def test_an_action_of_a_plugin_that_cannot_work_is_refused(wrong, message):
    good = {"name": "loud", "summary": "Shouts.", "run": lambda desk, given: None}
    with pytest.raises(PluginFailed, match=message):
        offers_of("register_actions", lambda: [Action(**good | wrong)])
