"""Files of plugins and templates that were saved while the app is open; asked on the desk's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.api.outputs import Note
from playground.session.template_watch import TemplateWatch

if TYPE_CHECKING:
    from playground.session.workbench import Workbench


class Saved:
    """Looks at both; what has changed is in the log, too."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._templates = TemplateWatch(lambda: bench.session.prompts)

    def poll(self) -> list[Note]:
        """Load plugins again that were saved; a line for each file that has changed."""
        notes = [*self._bench.watch.poll(), *self._templates.poll()]
        self._bench.log += [note.text for note in notes]
        return notes
