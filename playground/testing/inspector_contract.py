"""The laws of an inspector's panel."""

from __future__ import annotations

from typing import get_args

from playground.api import Inspector, Panel, PlaygroundError
from playground.api.outputs import Output
from playground.session.inspecting import panel_class
from playground.session.plain_text import PlainText
from playground.testing.inspected import ScriptedInspected
from playground.testing.laws import Contract, require

TEXT = "The cat sat on the mat."
OUTPUTS = get_args(Output)


class InspectorContract(Contract):
    """Laws of an inspector. Subclass it and return one from `inspector`."""

    def inspector(self) -> Inspector:
        raise NotImplementedError

    def panel(self) -> Panel:
        return panel_class(self.inspector())()

    def test_says_what_it_shows(self) -> None:
        require(self.inspector().summary.strip(), "it has no summary for the help")

    def test_names_a_panel(self) -> None:
        self.panel()

    def test_shows_outputs_or_an_error_with_a_message(self) -> None:
        self._show(self.panel(), ScriptedInspected(TEXT))

    def test_works_at_the_empty_text(self) -> None:
        self._show(self.panel(), ScriptedInspected())

    def test_works_with_several_models(self) -> None:
        self._show(self.panel(), ScriptedInspected(TEXT, models=("one", "other")))

    def test_shows_the_same_again(self) -> None:
        panel = self.panel()
        shown = [self._show(panel, ScriptedInspected(TEXT)) for _ in range(2)]
        require(shown[0] == shown[1], "it shows something else when it is asked again")

    def _show(self, panel: Panel, inspected: ScriptedInspected) -> str:
        shown = PlainText()
        text = ""
        try:
            for output in panel.show(inspected):
                require(isinstance(output, OUTPUTS), f"{output!r} is no output")
                text += shown.take(output)
        except PlaygroundError as error:
            require(error.message.strip(), "its error has no message")
            text += error.message
        return text
