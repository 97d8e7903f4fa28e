"""Stochastic beam search: as many different texts as a request has sequences, drawn without replacement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from playground.api import About, Commit, DecodeContext, Decoding, Reading, Strategy
from playground_search.hypotheses import Hypothesis, row_noise
from playground_search.spoken import left_after

if TYPE_CHECKING:
    from numpy import ndarray


@dataclass(frozen=True, eq=False, slots=True)
class Drawn:
    """A text, or the beginning of one; the hypothesis' score is its log-probability.

    key: the highest Gumbel-perturbed log-probability of all texts that begin so. complete: whether the
    chain says that nothing can follow.
    """

    hypothesis: Hypothesis
    key: float
    complete: bool = False

    def has_ended(self, ends: frozenset[int]) -> bool:
        return self.complete or self.hypothesis.ids[-1] in ends


class StochasticBeam(Strategy, frozen=True):
    """Draw n different texts for the n sequences, by their probability and without replacement.

    Gumbel noise is added to the log-probability of every text at once, top-down: that of a beginning is
    the highest of its continuations. The n highest are the draw, in its order; the first is what sample
    says, and more sequences leave the first ones as they are.
    """

    joint: ClassVar[bool] = True
    aliases: ClassVar[tuple[str, ...]] = ("gumbel_top_k",)
    about: ClassVar[About] = About(
        group="Search",
        formula="the n texts with the highest log p(text) + Gumbel noise, found top-down",
        source="Kool, van Hoof and Welling 2019",
        elsewhere="the paper's own code (fairseq); with one sequence it is sample",
    )

    def decode(self, context: DecodeContext) -> Decoding:
        start = Hypothesis(0.0, tuple(context.ids), (), context.reading.state)
        # Which texts are drawn does not depend on the highest key of all, so any will do.
        beam = going = [Drawn(start, 0.0)]
        readings = [context.reading]
        for length in range(1, context.limit + 1):
            ended = [text for text in beam if text not in going]
            beam = [*ended, *_extended(context, going, readings)]
            beam = sorted(beam, key=lambda text: -text.key)[: context.count]
            yield from _told(beam, len(context.ids) + length)
            ends = context.model.tokenizer.eos_ids
            going = [text for text in beam if not text.has_ended(ends)]
            if not going or length == context.limit:
                break
            readings = yield from context.read_all([text.hypothesis.read() for text in going])
        for sequence, text in enumerate(beam[1:], start=1):
            yield from text.hypothesis.commits(sequence)


def _told(beam: list[Drawn], length: int) -> Decoding:
    """The first text is sure at once, as it keeps the highest key; the others may still be replaced."""
    first = beam[0].hypothesis
    if len(first.ids) == length:
        yield first.tail[-1]
    for sequence, text in enumerate(beam[1:], start=1):
        yield text.hypothesis.draft(sequence)


def _extended(
    context: DecodeContext, texts: list[Drawn], readings: list[Reading]
) -> Iterator[Drawn]:
    """The continuations by one token with the highest keys, as many as the request has sequences.

    Texts that are complete stay what they are.
    """
    import numpy as np

    from playground.api.candidates import top_indices

    position = len(texts[0].hypothesis.ids)
    lefts = [
        left_after(context, text.hypothesis.ids, reading.logits[-1])
        for text, reading in zip(texts, readings, strict=True)
    ]
    yield from (
        replace(text, complete=True)
        for text, left in zip(texts, lefts, strict=True)
        if left is None
    )
    going = [
        (text, reading, left)
        for text, reading, left in zip(texts, readings, lefts, strict=True)
        if left is not None
    ]
    if not going:
        return
    texts, readings, rows = map(list, zip(*going, strict=True))
    borders = np.cumsum([0, *map(len, rows)])
    noise = np.split(row_noise(context, rows, position), borders[1:-1])
    keys = [
        conditioned(text.hypothesis.score + row.log_probabilities().astype(float) + drawn, text.key)
        for text, row, drawn in zip(texts, rows, noise, strict=True)
    ]
    everything = np.concatenate(keys)
    for place in top_indices(everything, context.count).tolist():
        at = int(borders.searchsorted(place, side="right")) - 1
        token = int(rows[at].ids[place - borders[at]])
        step = Commit(token, rows[at], readings[at].logits[-1])
        yield Drawn(_continued(texts[at].hypothesis, step, readings[at]), float(everything[place]))


def _continued(before: Hypothesis, step: Commit, reading: Reading) -> Hypothesis:
    score = before.score + step.chosen.logprob_of(step.token)
    return Hypothesis(score, (*before.ids, step.token), (*before.tail, step), reading.state)


def conditioned(perturbed: ndarray, highest: float) -> ndarray:
    """Gumbel variates (n,) given that the highest of them is `highest`, from free ones.

    Kool, van Hoof and Welling 2019, appendix B.3: a form that neither overflows nor cancels.
    """
    import numpy as np

    below: ndarray = np.asarray(perturbed - perturbed.max(), dtype=np.float64)
    with np.errstate(divide="ignore"):
        # log(1 - exp(below)), each way where it is exact.
        rest = np.where(below > -np.log(2), np.log(-np.expm1(below)), np.log1p(-np.exp(below)))
    shift = highest - perturbed + rest
    shifted: ndarray = highest - np.maximum(0, shift) - np.log1p(np.exp(-np.abs(shift)))
    return shifted
