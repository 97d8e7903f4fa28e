"""Completions of the action table, as prompt_toolkit shows them."""

from __future__ import annotations

from collections.abc import Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from playground.session.safe_text import one_line
from playground.session.workbench import Workbench


class LineCompleter(Completer):
    """Completes commands, what they take, and file names after an at sign."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    def get_completions(self, document: Document, _: CompleteEvent) -> Iterator[Completion]:
        from playground.session.actions.completing import completions

        if document.on_first_line:
            line = document.text_before_cursor
            for found in completions(self._bench, line):
                yield Completion(
                    found.text,
                    start_position=found.start - len(line),
                    display=one_line(found.text),
                    display_meta=one_line(found.help),
                )
