"""The line that warns of what is likely to go wrong with the text. It is seen while there is something."""

from __future__ import annotations

from collections.abc import Sequence

from playground.api.outputs import Note
from playground.api.results import LintWarning
from playground.ui.tui.widgets.status_line import StatusLine

MENDED = "trailing-space"
"""What a key can take away."""


class LintLine(StatusLine):
    """Of several warnings, the first."""

    can_mend = False
    """Whether the key that mends can."""

    def warn(self, warnings: Sequence[LintWarning], mend_key: str) -> None:
        first = next(iter(warnings), None)
        self.can_mend = first is not None and first.code == MENDED
        self.note = None
        if first is not None:
            hint = f"{mend_key} takes it away" if self.can_mend else ""
            self.note = Note(first.message, "warning", hint)
        self.set_class(first is not None, "-shown")
