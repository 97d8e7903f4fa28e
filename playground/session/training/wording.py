"""How training is told to people, by every front end: a line for how far it is, a curve of its loss."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from playground.session.training.braille import curve

if TYPE_CHECKING:
    from playground.api.training import Prepared, Progress, Trained

CURVE_WIDTH, CURVE_HEIGHT = 50, 5


def prepared_lines(event: Prepared) -> list[str]:
    """What is trained on what, and what was done to the texts."""
    begin = f"from step {event.step:,} " if event.step else ""
    what = (
        f"{event.parameters:,} parameters on {event.device}, {begin}to step {event.steps:,}: "
        f"{event.texts:,} texts, {event.characters:,} characters, {event.training_tokens:,} tokens "
        f"to train on and {event.validation_tokens:,} held out"
    )
    return [what, *event.notes]


def progress_line(event: Progress, *, left: bool = True) -> str:
    """`step 250/12,000 (2 %) · loss 1.912 · validation 1.871 · 40,123 tokens/s · 12 min left`.

    `left`: whether there is time left to tell of; there is none where nothing goes on.
    """
    parts = [
        f"step {event.step:,}/{event.steps:,} ({event.step / event.steps:.0%})",
        f"loss {event.loss:.3f}",
        *_validation(event),
        f"{event.tokens_per_second:,.0f} tokens/s",
        *([f"{duration(event.eta_seconds)} left"] if left else []),
    ]
    return " · ".join(parts)


def trained_line(event: Trained) -> str:
    """What a run that is over tells, and how its model is asked."""
    done = f"trained {event.steps:,} steps in {duration(event.seconds)}: validation loss"
    if event.validation_accuracy is None:
        return (
            f"{done} {event.validation_loss:.4f} nats a token; try: playground gen -m {event.path}"
        )
    return (
        f"{done} {event.validation_loss:.4f} nats an example, accuracy {event.validation_accuracy:.2%}; "
        f'try: playground classify "A text." -m {event.path}'
    )


def _validation(event: Progress) -> list[str]:
    loss, bits = event.validation_loss, event.validation_bits_per_character
    if loss is None:
        return []
    parts = [f"validation {loss:.3f}"]
    if event.validation_accuracy is not None:
        parts.append(f"accuracy {event.validation_accuracy:.2%}")
    if bits is not None:
        parts += [f"perplexity {math.exp(min(loss, 700)):.4g}", f"{bits:.3f} bits a character"]
    return parts


def loss_curve(
    losses: Sequence[tuple[int, float]], width: int = CURVE_WIDTH, height: int = CURVE_HEIGHT
) -> list[str]:
    """A loss by step, with its largest and smallest value at the side; `width` is the curve's own."""
    values = [loss for _, loss in losses]
    lines = curve(values, width, height)
    sides = [f"{max(values):8.3f} ", *[" " * 9] * (len(lines) - 2), f"{min(values):8.3f} "]
    first, last = f"{losses[0][0]:,}", f"{losses[-1][0]:,}"
    steps = f"{'step':>8} {first}{last:>{width - len(first)}}"
    return [*(side + line for side, line in zip(sides, lines, strict=True)), steps]


def curves(
    losses: Sequence[tuple[int, float]],
    validations: Sequence[tuple[int, float]],
    width: int = CURVE_WIDTH,
    height: int = CURVE_HEIGHT,
    *,
    counted: str = "a token",
) -> list[str]:
    """Both losses by step, nats of what is `counted`; one of fewer than three points is left out."""
    lines: list[str] = []
    for name, points in (("training loss", losses), ("validation loss", validations)):
        if len(points) > 2:
            lines += [f"{name}, nats {counted}", *loss_curve(points, width, height)]
    return lines


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `3 h 05 min`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02} min"
