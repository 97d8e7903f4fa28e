"""Event files of a training run, for TensorBoard to draw: what is told of each step, as scalars.

The package `tensorboard` writes them; it is an extra, and is imported when a run is to be written.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playground.api.errors import InvalidInput, PlaygroundError

if TYPE_CHECKING:
    from playground.api.training import TrainingEvent

TAGS = {
    "loss": "loss/training",
    "validation_loss": "loss/validation",
    "validation_bits_per_character": "bits_per_character/validation",
    "validation_accuracy": "accuracy/validation",
    "learning_rate": "learning_rate",
    "tokens_per_second": "tokens_per_second",
}
"""What TensorBoard calls each field of `Progress`."""


class EventFiles:
    """The event files of one run in `folder`; a run that is resumed adds one more."""

    def __init__(self, folder: Path) -> None:
        """Raises InvalidInput where the package is not installed."""
        try:
            self._summary: Any = import_module("tensorboard.summary")
        except ModuleNotFoundError:
            raise InvalidInput(
                "event files need the package tensorboard, which is not installed",
                'pip install "textgen-playground[tensorboard]"',
            ) from None
        self._folder = folder
        self._writer: Any = None

    def write(self, event: TrainingEvent) -> None:
        """Add what an event tells. Raises PlaygroundError where the folder cannot be written."""
        from playground.api.training import Progress

        if not isinstance(event, Progress):
            return
        try:
            # Not before there is something to write: of several processes one tells.
            self._writer = self._writer or self._opened()
            for field, tag in TAGS.items():
                if (value := getattr(event, field)) is not None:
                    self._writer.add_scalar(tag, value, event.step)
            self._writer.flush()
        except OSError as error:
            raise PlaygroundError(
                f"{self._folder} cannot be written: {error.strerror or error}",
                "make room, or name another folder by --tensorboard, and go on with --resume",
            ) from error

    def close(self) -> None:
        """No more will be written."""
        if self._writer is not None:
            self._writer.close()

    def _opened(self) -> Any:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._summary.Writer(self._summary.DirectoryOutput(str(self._folder)))
