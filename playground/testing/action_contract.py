"""The laws of an action that a plugin registers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from playground.api import Action, Argument, PlaygroundError
from playground.api.outputs import Output
from playground.session.actions.line import given
from playground.session.plain_text import PlainText
from playground.testing.desk import ScriptedDesk
from playground.testing.laws import Contract, require

TEXT = "The cat sat on the mat."
OUTPUTS = get_args(Output)


class ActionContract(Contract):
    """Laws of an action. Subclass it, return one from `action`, and from `line` what may be typed after its
    name, where words that fit every argument's type do not mean anything to it."""

    def action(self) -> Action:
        raise NotImplementedError

    def line(self) -> str:
        return " ".join(map(_example, self.action().arguments))

    def test_says_what_it_does_and_what_it_takes(self) -> None:
        action = self.action()
        require(action.summary.strip(), "it has no summary for the help")
        silent = [argument.name for argument in action.arguments if not argument.help.strip()]
        require(not silent, f"there is no help for {', '.join(silent)}")

    def test_understands_what_it_offers(self) -> None:
        action = self.action()
        for argument in action.arguments:
            for word in (*argument.choices, *argument.suggestions):
                others = [word if a is argument else _example(a) for a in action.arguments]
                self._given(" ".join(others))

    def test_gives_outputs_or_an_error_with_a_message(self) -> None:
        self._run(self._given(self.line()), ScriptedDesk(TEXT))

    def test_works_at_the_empty_text(self) -> None:
        self._run(self._given(self.line()), ScriptedDesk())

    def test_works_without_what_is_optional(self) -> None:
        needed = [_example(a) for a in self.action().arguments if not a.optional]
        if any(argument.optional for argument in self.action().arguments):
            self._run(self._given(" ".join(needed)), ScriptedDesk(TEXT))

    def _given(self, words: str) -> Mapping[str, Any]:
        try:
            return given(self.action(), words)
        except PlaygroundError as error:
            raise AssertionError(f"/{self.action().name} {words}: {error.message}") from error

    def _run(self, arguments: Mapping[str, Any], desk: ScriptedDesk) -> None:
        shown = PlainText()
        try:
            for output in self.action().run(desk, arguments) or ():
                require(isinstance(output, OUTPUTS), f"{output!r} is no output")
                shown.take(output)
        except PlaygroundError as error:
            require(error.message.strip(), "its error has no message")


def _example(argument: Argument) -> str:
    """A word that an argument takes."""
    for word in (*argument.choices, *argument.suggestions):
        return word
    for word in ("word", "1", "0.5", "true", "[]", "{}"):
        try:
            given(Action(name="example", summary="", run=_nothing, arguments=(argument,)), word)
        except PlaygroundError:
            continue
        return word
    raise AssertionError(f"no example is known for {argument.name}: suggest one, or say `line`")


def _nothing(desk: Any, arguments: Mapping[str, Any]) -> None:
    return None
