"""Steering by token: what is wished for, or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import About, Meta, Processor, Step
from playground_sampling.bans import follows
from playground_sampling.tokens import Phrase, check_known, sequence_ids

if TYPE_CHECKING:
    from playground.api import Candidates

Bias = Annotated[float, Meta(ge=-100, le=100)]


class LogitBias(Processor, frozen=True):
    """Add a bias to the scores of single tokens: `logit_bias({50256: -100})`.

    Biases from -100 (hardly ever) to 100 (hardly anything else). A token that an earlier stage removed
    stays removed.
    """

    about: ClassVar[About] = About(
        group="Bans, wishes and lengths",
        formula="s + bias",
        source="OpenAI's API",
        elsewhere=(
            "llama.cpp, vLLM, text-generation-webui; here a token that was removed stays removed"
        ),
        neutral="logit_bias({})",
        example="logit_bias({7: 1, 4: -1})",
    )

    biases: Annotated[dict[int, Bias], Meta(description="token id: bias")]

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        check_known(self.biases, candidates, "logit_bias")
        return _biased(candidates, self.biases)


class SequenceBias(Processor, frozen=True):
    """Add a bias to what would complete a sequence: `sequence_bias({" New York": 5, (11, 290): -2})`.

    The last token of a sequence gets its bias where the others are the text's last; several that end
    alike add up. A text is tokenised as it is written, so mind its leading space.
    """

    about: ClassVar[About] = About(
        group="Bans, wishes and lengths",
        formula="s + bias where a sequence would be completed",
        source="transformers",
        elsewhere="transformers",
        neutral="sequence_bias({})",
        example='sequence_bias({" the rug": 1})',
    )

    biases: Annotated[dict[Phrase, Bias], Meta(description="a text, an id or a tuple of ids: bias")]

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        sums: dict[int, float] = {}
        for sequence, bias in self.biases.items():
            ids = sequence_ids(sequence, step, "sequence_bias")
            check_known(ids, candidates, "sequence_bias")
            if follows(step.ids, ids):
                sums[ids[-1]] = sums.get(ids[-1], 0.0) + bias
        return _biased(candidates, sums)


def _biased(candidates: Candidates, biases: dict[int, float]) -> Candidates:
    places = candidates.find(list(biases))
    if not len(places):
        return candidates
    scores = candidates.scores.copy()
    for place, token in zip(places.tolist(), candidates.ids[places].tolist(), strict=True):
        scores[place] += biases[token]
    return candidates.rescored(scores)
