"""Penalties for tokens that the text already has, and a reward for those of the prompt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from playground.api import About, Meta, Processor, Step

if TYPE_CHECKING:
    from numpy import ndarray

    from playground.api import Candidates

Scope = Annotated[
    Literal["all", "generated"], Meta(description="whether the prompt's tokens count, too")
]
Last = Annotated[int, Meta(ge=0, description="only the last so many of them count; 0 all")]


class RepetitionPenalty(Processor, frozen=True):
    """Make every token that the prompt or the text has less likely, once, by a factor of its score.

    1 changes nothing and less than 1 rewards repetition. It depends on where the model's scores have
    their zero.
    """

    aliases: ClassVar[tuple[str, ...]] = ("repeat_penalty",)
    about: ClassVar[About] = About(
        group="Penalties",
        formula="s / penalty where s > 0, s penalty where s < 0, once a token",
        source="Keskar et al. 2019",
        elsewhere=(
            "transformers and vLLM count prompt and text; llama.cpp the last 64 of both "
            "(`last=64`); text-generation-webui a range"
        ),
        neutral="repetition_penalty(1)",
    )

    penalty: Annotated[float, Meta(ge=0.01, le=100, description="1 none, 1.2 as in the paper")] = (
        1.2
    )
    scope: Scope = "all"
    last: Last = 0

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        places = candidates.find(_counted(step, self.scope, self.last))
        if self.penalty == 1 or not len(places):
            return candidates
        return _scaled(candidates, places, self.penalty)


class EncoderRepetition(Processor, frozen=True):
    """Make every token of the prompt likelier, once, by a factor of its score: against invention.

    1 changes nothing, less than 1 punishes. What the text has said itself does not count.
    """

    aliases: ClassVar[tuple[str, ...]] = ("encoder_repetition_penalty", "hallucination_penalty")
    about: ClassVar[About] = About(
        group="Penalties",
        formula="s penalty where s > 0, s / penalty where s < 0, tokens of the prompt",
        source="transformers",
        elsewhere="transformers: of an encoder's input, or of the prompt; text-generation-webui",
        neutral="encoder_repetition(1)",
    )

    penalty: Annotated[float, Meta(ge=0.01, le=100, description="1 none, above 1 rewards")] = 1.2

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        places = candidates.find(step.ids[: step.prompt_length])
        if self.penalty == 1 or not len(places):
            return candidates
        return _scaled(candidates, places, 1 / self.penalty)


class PresencePenalty(Processor, frozen=True):
    """Subtract `penalty` from the score of every token generated so far, once.

    The prompt's tokens do not count, unless the scope is "all". Less than 0 rewards repetition.
    """

    about: ClassVar[About] = About(
        group="Penalties",
        formula="s - penalty, once a token",
        source="OpenAI's API",
        elsewhere=(
            "vLLM: generated tokens, as here; llama.cpp and text-generation-webui: the last so "
            'many, of the prompt too (`scope="all", last=64`)'
        ),
        neutral="presence_penalty(0)",
        example="presence_penalty(1)",
    )

    penalty: Annotated[float, Meta(ge=-2, le=2, description="0 none, 2 the most")] = 0.0
    scope: Scope = "generated"
    last: Last = 0

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        places = candidates.find(_counted(step, self.scope, self.last))
        if self.penalty == 0 or not len(places):
            return candidates
        scores = candidates.scores.copy()
        scores[places] -= self.penalty
        return candidates.rescored(scores)


class FrequencyPenalty(Processor, frozen=True):
    """Subtract `penalty` from a token's score for every time that it was generated.

    The prompt's tokens do not count, unless the scope is "all". Less than 0 rewards repetition.
    """

    about: ClassVar[About] = About(
        group="Penalties",
        formula="s - penalty count",
        source="OpenAI's API",
        elsewhere=(
            "vLLM: generated tokens, as here; llama.cpp and text-generation-webui: the last so "
            'many, of the prompt too (`scope="all", last=64`)'
        ),
        neutral="frequency_penalty(0)",
        example="frequency_penalty(1)",
    )

    penalty: Annotated[float, Meta(ge=-2, le=2, description="0 none, 2 the most")] = 0.0
    scope: Scope = "generated"
    last: Last = 0

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        counts = Counter(_counted(step, self.scope, self.last))
        places = candidates.find(list(counts))
        if self.penalty == 0 or not len(places):
            return candidates
        scores = candidates.scores.copy()
        for place, token in zip(places.tolist(), candidates.ids[places].tolist(), strict=True):
            scores[place] -= self.penalty * counts[token]
        return candidates.rescored(scores)


def _counted(step: Step, scope: str, last: int) -> Sequence[int]:
    """The ids that a penalty counts."""
    ids = step.ids[step.prompt_length :] if scope == "generated" else step.ids
    return ids[-last:]


def _scaled(candidates: Candidates, places: ndarray, penalty: float) -> Candidates:
    """Positive scores at `places` (m,) divided by `penalty`, negative ones multiplied."""
    import numpy as np

    seen = candidates.scores[places]
    scores = candidates.scores.copy()
    # Above 1, what a score of either sign becomes is the lower of the two.
    chosen = np.minimum if penalty >= 1 else np.maximum
    scores[places] = chosen(seen * penalty, seen / penalty)
    return candidates.rescored(scores)
