"""The template that is chosen: its variables, its examples, and what fills it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from playground.session.safe_text import one_line
from playground.ui.tui.keys import bindings
from playground.ui.tui.messages import Run


@dataclass(frozen=True)
class TemplateForm:
    """A template as it is filled now; a value is None where it has to be given."""

    name: str
    description: str
    values: tuple[tuple[str, str | None], ...]
    shots: int
    of_shots: int


class TemplatePanel(Widget, can_focus=True):
    """The template, or that there is none."""

    BORDER_TITLE = "Template"
    BINDINGS = bindings("template")
    form: reactive[TemplateForm | None] = reactive[TemplateForm | None](None, layout=True)

    @dataclass
    class Filled(Message):
        """Write the filled template, and go on from it."""

    def action_shots(self, step: int) -> None:
        if self.form is not None and 0 <= self.form.shots + step <= self.form.of_shots:
            self.post_message(Run(f"/shots {self.form.shots + step}"))

    def action_fill(self) -> None:
        if self.form is not None:
            self.post_message(self.Filled())

    def render(self) -> Content:
        if self.form is None:
            return Content.styled("none · enter chooses one", "dim")
        lines = [Content.styled(one_line(self.form.name), "bold $secondary")]
        lines += [self._value(name, value) for name, value in self.form.values]
        if self.form.of_shots:
            dots = "●" * self.form.shots + "○" * (self.form.of_shots - self.form.shots)
            lines.append(Content.assemble(("examples ", "dim"), (dots, "$accent")))
        return Content("\n").join(lines)

    def get_content_height(self, *_: object) -> int:
        if self.form is None:
            return 1
        return 1 + len(self.form.values) + bool(self.form.of_shots)

    def _value(self, name: str, value: str | None) -> Content:
        shown = "(needed)" if value is None else one_line(value)
        style = "$warning" if value is None else ""
        room = max(4, self.size.width - len(name) - 2)
        return Content.assemble((f"{one_line(name)} ", "dim"), (shown[:room], style))
