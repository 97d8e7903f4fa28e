"""A screen that one goes to: what fails while it is seen is told there, and a key goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.screen import Screen

from playground.api.outputs import Note
from playground.ui.tui.desk import Answered
from playground.ui.tui.widgets.banner import Banner


class PlaceScreen(Screen[None]):
    """Has a `Banner`; asks the desk the questions of `ASKS`, again with `ask_again`."""

    ASKS: ClassVar[tuple[str, ...]] = ()
    """The names of its questions."""

    _again: Callable[[], object] | None = None
    _lost: str | None = None
    """The question that failed, if one did."""

    # What the children say

    def work_changed(self) -> None:
        """Show what there is now."""
        raise NotImplementedError

    def take_answer(self, answer: Answered) -> None:
        """Show what came of a question; it may be another's."""

    def ask_again(self) -> None:
        """Ask what failed once more."""
        self.work_changed()

    # What failed

    @property
    def failed(self) -> bool:
        """Whether the banner is seen."""
        return self._again is not None

    def fail(self, failure: Note, again: Callable[[], object]) -> None:
        """Tell what failed; `again` is what the key does that goes on."""
        self._again = again
        self.query_one(Banner).show(failure.text, failure.hint)

    def put_away(self) -> None:
        """Close the banner."""
        self._again = self._lost = None
        self.query_one(Banner).show("", "")

    def go_on(self) -> None:
        """What failed, once more."""
        again = self._again
        self.put_away()
        if again is not None:
            again()

    def answered(self, answer: Answered) -> None:
        if answer.failure is not None and answer.name in self.ASKS:
            self.fail(answer.failure, self.ask_again)
            self._lost = answer.name
        elif answer.name == self._lost:
            self.put_away()
        if answer.value is not None:
            self.take_answer(answer)
