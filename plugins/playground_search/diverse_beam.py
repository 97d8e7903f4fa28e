"""Diverse beam search: groups of beams, each kept away from what the groups before it say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import About, DecodeContext, Decoding, InvalidInput, Meta, Processor
from playground_search.beam import greedy
from playground_search.beams import BeamSearch
from playground_search.checks import check_width, refuse_draws

if TYPE_CHECKING:
    from numpy import ndarray


class DiverseBeam(BeamSearch, frozen=True):
    """Search with `groups` beams of `width` / `groups` texts, each kept away from the ones before it.

    In every step a group's log p of a token is less by `diversity` for each text of an earlier group
    that says it there; texts keep that in their scores. Several sequences are the best of all groups.
    With one group it is beam.
    """

    deterministic: ClassVar[bool] = True
    aliases: ClassVar[tuple[str, ...]] = ("group_beam",)
    about: ClassVar[About] = About(
        group="Search",
        formula="as beam in each group, with log p(token) - diversity × how often earlier groups say it",
        source="Vijayakumar et al. 2018",
        elsewhere="transformers before version 5 (`num_beam_groups`, `diversity_penalty`)",
        neutral="diverse_beam(groups=1)",
    )

    groups: Annotated[int, Meta(ge=1, le=256, description="beams that keep apart")] = 2
    diversity: Annotated[
        float, Meta(ge=0, le=100, description="penalty, in nats, for what another group says")
    ] = 0.5

    @property
    def group_count(self) -> int:
        return self.groups

    def check(self, count: int, processors: Sequence[Processor]) -> None:
        if self.width % self.groups:
            raise InvalidInput(
                f"diverse_beam cannot divide {self.width} texts into {self.groups} equal groups",
                f"a width that is a multiple of {self.groups}",
            )
        check_width("diverse_beam", self.width, count)
        refuse_draws("diverse_beam", processors, f"beam_sample({self.width})")

    def decode(self, context: DecodeContext) -> Decoding:
        yield from greedy(context) if self.width == 1 else self.search(context)

    def adjusted(self, scores: ndarray, said: list[int]) -> ndarray:
        import numpy as np

        spoken: ndarray = np.bincount(said, minlength=len(scores)).astype(np.float32)
        spoken *= np.float32(self.diversity)
        kept_away: ndarray = scores - spoken
        return kept_away
