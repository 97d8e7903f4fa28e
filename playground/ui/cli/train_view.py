"""How a training run is shown: one line that moves on a terminal, a line an evaluation elsewhere."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from playground.session.training.wording import (
    loss_curve,
    prepared_lines,
    progress_line,
    trained_line,
)
from playground.ui.cli.common import write, write_line
from playground.ui.cli.console import BOLD, DIM, is_terminal, terminal_width

if TYPE_CHECKING:
    from playground.api.training import Prepared, Progress, Sampled, Saved, Trained, TrainingEvent

BACK_AND_CLEAR = "\r\x1b[K"


class TrainingView:
    """Progress, samples and at the end the curve of the loss on stderr; the model's folder on stdout."""

    def __init__(self) -> None:
        self._moves = is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"
        self._line_open = False
        self._losses: list[tuple[int, float]] = []  # (step, loss)

    def show(self, event: TrainingEvent) -> None:
        from playground.api.training import Prepared, Progress, Sampled, Saved, Trained

        if isinstance(event, Prepared):
            self._prepared(event)
        elif isinstance(event, Progress):
            self._progress(event)
        elif isinstance(event, Sampled):
            self._sample(event)
        elif isinstance(event, Saved):
            self._saved(event)
        elif isinstance(event, Trained):
            self._trained(event)

    def close(self) -> None:
        """The run is over, however: what remains is the curve."""
        self._end_line()
        if len(self._losses) > 2:
            for line in loss_curve(self._losses):
                write_line(line, stream=sys.stderr)

    def _prepared(self, event: Prepared) -> None:
        for line in prepared_lines(event):
            write_line(line, stream=sys.stderr, style=DIM)

    def _progress(self, event: Progress) -> None:
        """Lines that stay are for evaluations; the others are for who watches."""
        self._losses.append((event.step, event.loss))
        evaluated = event.validation_loss is not None
        if self._moves:
            sys.stderr.write(BACK_AND_CLEAR)
            write(progress_line(event)[: terminal_width() - 1], stream=sys.stderr)
            self._line_open = True
            if evaluated:
                self._end_line()
        elif evaluated or event.step == event.steps:
            write_line(progress_line(event), stream=sys.stderr)

    def _sample(self, event: Sampled) -> None:
        self._end_line()
        write_line(f"sample at step {event.step:,}:", stream=sys.stderr, style=BOLD)
        write_line(event.text, stream=sys.stderr, style=DIM)

    def _saved(self, event: Saved) -> None:
        self._end_line()
        write_line(f"saved step {event.step:,} in {event.path}", stream=sys.stderr, style=DIM)

    def _trained(self, event: Trained) -> None:
        self._end_line()
        write_line(trained_line(event), stream=sys.stderr)
        write_line(event.path)

    def _end_line(self) -> None:
        if self._line_open:
            write_line(stream=sys.stderr)
            self._line_open = False
