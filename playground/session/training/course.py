"""What the events of a run add up to, read from its file as they come.

A run that goes on from a checkpoint takes some steps again: what was told of them before is forgotten.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from playground.api.training import (
        Prepared,
        Progress,
        Sampled,
        Saved,
        Trained,
        TrainingEvent,
    )


class Course:
    """How a run has gone so far; `file` has an event a line, and may not be there yet."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0  # bytes
        self._forget()

    def _forget(self) -> None:
        self.losses: list[tuple[int, float]] = []
        """The training loss by step, nats of what is `counted`."""
        self.validations: list[tuple[int, float]] = []
        self.prepared: Prepared | None = None
        self.progress: Progress | None = None
        self.sample: Sampled | None = None
        self.saved: Saved | None = None
        self.trained: Trained | None = None

    @property
    def counted(self) -> str:
        """What a loss is the mean over: `a token`, `an example`."""
        labels = self.prepared is not None and self.prepared.guesses == "example"
        return "an example" if labels else "a token"

    def catch_up(self) -> list[TrainingEvent]:
        """Read on to the last whole line; the events that are new."""
        from playground.api.training import TrainingEvent

        try:
            with self._file.open("rb") as file:
                if file.seek(0, 2) < self._read:  # another run writes there now
                    self._read = 0
                    self._forget()
                file.seek(self._read)
                text = file.read()
        except FileNotFoundError:
            return []
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        found: list[TrainingEvent] = []
        for line in whole.splitlines():
            try:
                found.append(msgspec.json.decode(line, type=TrainingEvent))
            except msgspec.DecodeError:
                continue  # cut off by a kill
        for event in found:
            self._take(event)
        return found

    def _take(self, event: TrainingEvent) -> None:
        from playground.api.training import Prepared, Progress, Sampled, Saved

        if isinstance(event, Prepared):
            self.prepared, self.trained = event, None
            self.losses = [point for point in self.losses if point[0] <= event.step]
            self.validations = [point for point in self.validations if point[0] <= event.step]
        elif isinstance(event, Progress):
            self.progress = event
            self.losses.append((event.step, event.loss))
            if event.validation_loss is not None:
                self.validations.append((event.step, event.validation_loss))
        elif isinstance(event, Sampled):
            self.sample = event
        elif isinstance(event, Saved):
            self.saved = event
        else:
            self.trained = event
