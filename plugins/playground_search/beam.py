"""Beam search: the likeliest texts, all that are followed extended in one pass a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from playground.api import About, Commit, DecodeContext, Decoding, Processor
from playground_search.beams import BeamSearch
from playground_search.checks import check_width, refuse_draws


class Beam(BeamSearch, frozen=True):
    """Follow the `width` likeliest texts side by side and take the best of those that finish.

    A text of n tokens scores log p(text) / n^length_penalty. Several sequences are the several best
    texts. With width 1 it is greedy. A step reads all texts in one pass.
    """

    deterministic: ClassVar[bool] = True
    about: ClassVar[About] = About(
        group="Search",
        formula="argmax log p(text) / length^length_penalty over `width` texts side by side",
        source="Lowerre 1976; Sutskever, Vinyals and Le 2014",
        elsewhere="transformers (`num_beams`), with the same tokens, also its n best; vLLM",
        neutral="beam(1)",
    )

    def check(self, count: int, processors: Sequence[Processor]) -> None:
        check_width("beam", self.width, count)
        refuse_draws("beam", processors, f"beam_sample({self.width})")

    def decode(self, context: DecodeContext) -> Decoding:
        yield from greedy(context) if self.width == 1 else self.search(context)


def greedy(context: DecodeContext) -> Decoding:
    """As transformers with one beam: processors see the model's own scores."""
    ids, reading = list(context.ids), context.reading
    while True:
        row = reading.logits[-1]
        chosen = context.candidates(ids, row)
        token = chosen.best()
        yield Commit(token, chosen, row)
        ids.append(token)
        reading = yield from context.read(reading.state, [token])
