"""Beam search that draws: continuations come by chance, without replacement, and the best text wins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from playground.api import About, Commit, DecodeContext, Decoding, Processor
from playground_search.beams import BeamSearch
from playground_search.checks import check_width
from playground_search.hypotheses import Extensions, row_noise

if TYPE_CHECKING:
    from numpy import ndarray


class BeamSample(BeamSearch, frozen=True):
    """Follow `width` texts side by side that are drawn by their probability, and take the best ones.

    Each step draws continuations of all texts together, without replacement, with probabilities in
    proportion to those of the whole texts. Everything else is as in beam; with width 1 it is sample.
    """

    aliases: ClassVar[tuple[str, ...]] = ("beam_multinomial",)
    about: ClassVar[About] = About(
        group="Search",
        formula="as beam, but a step draws its texts in proportion to p(text), without replacement",
        source="transformers",
        elsewhere="transformers (`num_beams` with `do_sample`); given the same noise, the same tokens",
        neutral="beam_sample(1)",
    )

    def check(self, count: int, processors: Sequence[Processor]) -> None:
        check_width("beam_sample", self.width, count)

    def decode(self, context: DecodeContext) -> Decoding:
        yield from sample(context) if self.width == 1 else self.search(context)

    def ranked(self, context: DecodeContext, extensions: Extensions, position: int) -> ndarray:
        # The highest sums of log-probability and Gumbel noise are a draw without replacement.
        noise = row_noise(context, extensions.left, position)
        ranks: ndarray = extensions.scores + noise
        return ranks


def sample(context: DecodeContext) -> Decoding:
    """As transformers with one beam: processors see the model's own scores."""
    ids, reading = list(context.ids), context.reading
    while True:
        row = reading.logits[-1]
        token, chosen = context.choose(ids, row)
        yield Commit(token, chosen, row)
        ids.append(token)
        reading = yield from context.read(reading.state, [token])
