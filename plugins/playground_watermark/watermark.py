"""The watermark as a stage of the chain, and the detector that finds it with the same options."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from playground.api import About, Detection, InvalidInput, Meta, Processor, Step
from playground_watermark.green import GreenLists
from playground_watermark.tournament import Tournament

if TYPE_CHECKING:
    from playground.api import Candidates

KEYS = (
    654, 400, 836, 123, 340, 443, 597, 160, 57, 29, 590, 639, 13, 715, 468, 990, 966, 226, 324, 585,
    118, 504, 421, 521, 129, 669, 732, 225, 90, 960,
)  # fmt: skip
"""Thirty layers, as in the paper; the numbers of transformers' example."""
FIRST_WEIGHT = 10
"""Layers count from this down to 1: each leaves less for the next to mark (the paper's weighted mean)."""


class Watermark(Processor, frozen=True):
    """Mark the text so that who knows the key can tell: `playground detect -s "watermark"` finds it.

    `lefthash` and `selfhash` add `bias` to a share `ratio` of the vocabulary, the green list, which hangs
    on the last token, or on the last `context` tokens and the candidate (tried for the 40 likeliest).
    `synthid` lets tokens win a tournament of hashes, a layer for each of `keys`, and leaves the
    probabilities as they are on average; it needs chance, and stands last. The first `context` tokens
    of a text and what comes again after the same tokens tell the detector nothing.
    """

    about: ClassVar[About] = About(
        group="Watermarks",
        formula="green list: s + bias where green; synthid: p (1 + g - sum p g) for each layer's g",
        source="Kirchenbauer et al. 2023 (green lists); Dathathri et al. 2024 (SynthID)",
        elsewhere=(
            "transformers: `WatermarkingConfig`, the same lists; `SynthIDTextWatermarkingConfig`, the "
            "same probabilities"
        ),
        neutral="watermark(bias=0)",
        example="watermark(ratio=0.5)",
    )

    scheme: Annotated[
        Literal["lefthash", "selfhash", "synthid"],
        Meta(description="what is hashed, and how it marks"),
    ] = "lefthash"
    bias: Annotated[float, Meta(ge=0, le=100, description="what green tokens are favoured by")] = (
        2.0
    )
    ratio: Annotated[
        float, Meta(gt=0, lt=1, description="share of the vocabulary that is green")
    ] = 0.25
    context: Annotated[
        Annotated[int, Meta(ge=1, le=64)] | None,
        Meta(description="tokens that are hashed, 64 at most; none: 1, and 4 in synthid"),
    ] = None
    key: Annotated[int, Meta(ge=1, description="of the green lists: keep it secret")] = 15_485_863
    keys: Annotated[
        tuple[int, ...], Meta(description="of synthid, one a layer; none: 30 that everybody knows")
    ] = ()

    @property
    def _context(self) -> int:
        return self.context or (4 if self.scheme == "synthid" else 1)

    @property
    def _tournament(self) -> Tournament:
        return Tournament(self.keys or KEYS, self._context)

    def _green_lists(self, vocabulary: int) -> GreenLists:
        selfhash = self.scheme == "selfhash"
        return GreenLists(self.key, self.ratio, self._context, selfhash, vocabulary)

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        if self.scheme == "synthid":
            return self._by_tournament(candidates, step)
        places = self._green_lists(candidates.vocabulary).greens(step.ids, candidates)
        if self.bias == 0 or not len(places):
            return candidates
        scores = candidates.scores.copy()
        scores[places] += self.bias
        return candidates.rescored(scores)

    def _by_tournament(self, candidates: Candidates, step: Step) -> Candidates:
        import numpy as np

        chances = candidates.probabilities()
        said = step.ids[step.prompt_length :]
        marked = self._tournament.probabilities(said, candidates.ids, chances)
        if marked is chances:
            return candidates
        winning = marked > np.finfo(np.float32).tiny
        scores = np.log(marked, where=winning, out=np.zeros_like(marked))
        return candidates.rescored(scores).keep(winning)

    def detect(self, ids: Sequence[int], vocabulary: int) -> Detection:
        """What speaks for the mark in the text `ids`, of which none is the prompt's.

        Raises InvalidInput for a text of too few tokens.
        """
        before = self._context if self.scheme == "synthid" else self._green_lists(1).before
        if len(ids) <= before:
            raise InvalidInput(
                f"a text of {len(ids)} tokens is too short: the first {before} tell nothing",
                "give a longer one; about a hundred tokens tell it for sure",
            )
        if self.scheme == "synthid":
            return self._detect_tournament(ids)
        return self._detect_green(ids, self._green_lists(vocabulary))

    def _detect_green(self, ids: Sequence[int], lists: GreenLists) -> Detection:
        size = lists.before + 1
        windows = {tuple(ids[end - size : end]) for end in range(size, len(ids) + 1)}
        greens = sum(lists.is_green(window) for window in windows)
        count, share = len(windows), self.ratio
        z = (greens - share * count) / math.sqrt(count * share * (1 - share))
        return _detection(count, greens / count, share, z)

    def _detect_tournament(self, ids: Sequence[int]) -> Detection:
        import numpy as np

        values, counts = self._tournament.values(ids)
        values = values[counts]
        weights = np.linspace(FIRST_WEIGHT, 1, values.shape[1])
        # Under the null each value is one or zero by a fair coin.
        deviation = math.sqrt(len(values) * float(weights @ weights) / 4)
        z = float((values - 0.5).sum(axis=0) @ weights) / deviation
        return _detection(len(values), float(values.mean()), 0.5, z)


def _detection(tokens: int, share: float, expected: float, z: float) -> Detection:
    return Detection(
        tokens=tokens,
        share=share,
        expected=expected,
        z=z,
        p_value=0.5 * math.erfc(z / math.sqrt(2)),
    )
