"""What breaks a law of actions is caught by that law; what the guide shows and sound ones break none."""

from __future__ import annotations

from typing import Annotated

import pytest

from playground.api import Action, Argument, InvalidInput, Meta, Note
from playground.testing import ActionContract, ScriptedDesk
from playground.testing.laws import verdicts

WORD = Argument(name="word", help="A word.")
COUNT = Argument(name="count", type=Annotated[int, Meta(ge=1)], help="How many.", optional=True)


def say(desk, given):
    yield Note(f"{given}")


def sound(desk, given):
    if not desk.text:
        raise InvalidInput("there is no text yet")
    desk.set("seed", "7")
    desk.add(f" {given['word']}")
    yield from desk.generate()
    yield Note(f"{desk.predictions(desk.text, 1)[0].text} {len(desk.score(desk.text).logprobs)}")


def fails_at_nothing(desk, given):
    yield Note(desk.text[0])


def needs_a_number(desk, given):
    yield Note(str(given["count"] + 1))


def action(run=say, *, summary="Says it.", arguments=(WORD, COUNT)):
    return Action(name="it", summary=summary, run=run, arguments=arguments)


def broken(action) -> set[str]:
    found = verdicts("it", ActionContract, action=lambda: action)
    return {verdict.law for verdict in found if verdict.result == "failed"}


@pytest.mark.parametrize(
    ("made", "law"),
    [
        (action(summary=" "), "says what it does and what it takes"),
        (action(arguments=(Argument(name="a"),)), "says what it does and what it takes"),
        (
            action(arguments=(Argument(name="n", type=int, help="N.", suggestions=("two",)),)),
            "understands what it offers",
        ),
        (action(lambda desk, given: ["text"]), "gives outputs or an error with a message"),
        (action(lambda desk, given: 1 / 0), "gives outputs or an error with a message"),
        (action(fails_at_nothing), "works at the empty text"),
        (action(needs_a_number), "works without what is optional"),
    ],
)
def test_an_action_that_breaks_a_law(made, law):
    assert law in broken(made)


def test_sound_actions_break_none():
    assert broken(action(sound)) == set()
    assert broken(action(lambda desk, given: None, arguments=())) == set()


def test_the_desk_is_what_a_front_end_has():
    desk = ScriptedDesk("Once", says=" upon")
    shown = list(desk.generate())
    assert desk.text == "Once upon"
    assert shown[-1].reason == "length"
    assert [each.text for each in desk.predictions(desk.text, 1)] == [" "]
    desk.set("max_tokens", "5")
    assert desk.settings == {"max_tokens": 5}
    with pytest.raises(InvalidInput):
        desk.set("max_tokens", "many")


def test_one_that_a_built_in_command_hides_is_told(tmp_path, invoke):
    file = tmp_path / "mine.py"
    file.write_text(
        "from playground.api import Action, hookimpl\n"
        "@hookimpl\n"
        "def register_actions():\n"
        "    return [Action(name='undo', summary='Undoes.', run=lambda desk, given: None)]\n"
    )
    ran = invoke("plugins", "check", str(file))
    assert ran.exit_code == 4
    assert "action undo: can be called: a built-in has its name" in ran.stdout
