"""How the text begins, and when it may end, should end and must end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import About, InvalidInput, Meta, Processor, Step
from playground_sampling.bans import BEFORE_FEW, only, without
from playground_sampling.tokens import Tokens, check_known, end_ids, token_ids

if TYPE_CHECKING:
    from playground.api import Candidates

Ends = Annotated[Tokens | None, Meta(description="what ends a text; none: what does for the model")]


class MinNewTokens(Processor, frozen=True):
    """Do not end the text before it has `n` new tokens.

    Until then what ends a text is removed. A stop string still stops.
    """

    aliases: ClassVar[tuple[str, ...]] = ("min_tokens",)
    about: ClassVar[About] = About(
        group="Bans, wishes and lengths",
        formula="removes ends while there are less than n new tokens",
        source="transformers",
        elsewhere="transformers, vLLM",
        neutral="min_new_tokens(0)",
        example="min_new_tokens(5)",
    )

    n: Annotated[int, Meta(ge=0, description="new tokens before the text may end")]
    ends: Ends = None

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        if _said(step) >= self.n:
            return candidates
        return without(
            candidates.find(_ends(self, candidates, step, "min_new_tokens")),
            candidates,
            f"min_new_tokens({self.n}): all {len(candidates)} candidates left would end the text",
            BEFORE_FEW,
        )


class LengthDecay(Processor, frozen=True):
    """Make the text's end likelier with every token beyond `start` new ones.

    A factor of 1 changes nothing, less than 1 makes the end less likely. It depends on where the
    model's scores have their zero.
    """

    aliases: ClassVar[tuple[str, ...]] = ("exponential_decay_length_penalty",)
    about: ClassVar[About] = About(
        group="Bans, wishes and lengths",
        formula="s_end + |s_end| (factor^m - 1) at the m-th token beyond start",
        source="transformers",
        elsewhere="transformers",
        neutral="length_decay(0, 1)",
        example="length_decay(0, 2)",
    )

    start: Annotated[int, Meta(ge=0, description="new tokens after which it begins")]
    factor: Annotated[float, Meta(gt=0, le=100, description="growth with every token")] = 1.05
    ends: Ends = None

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        beyond = _said(step) - self.start
        if beyond <= 0 or self.factor == 1:
            return candidates
        places = candidates.find(_ends(self, candidates, step, "length_decay"))
        if not len(places):
            return candidates
        grown = math.exp(min(beyond * math.log(self.factor), ENOUGH)) - 1
        scores = candidates.scores.copy()
        scores[places] += abs(scores[places]) * grown
        return candidates.rescored(scores)


class ForcedBos(Processor, frozen=True):
    """Begin the text with these tokens: `forced_bos("Once upon")`, `forced_bos([7454, 2402])`.

    For any prompt and any number of tokens.
    """

    aliases: ClassVar[tuple[str, ...]] = ("forced_bos_token_id",)
    about: ClassVar[About] = About(
        group="Bans, wishes and lengths",
        formula="the i-th new token is the i-th of these",
        source="transformers",
        elsewhere="transformers: one token, after a prompt of one",
        neutral="forced_bos([])",
        example='forced_bos(" sat on the rug")',
    )

    tokens: Annotated[Tokens, Meta(description="ids or a text, in their order")]

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        ids = token_ids(self.tokens, step, "forced_bos")
        check_known(ids, candidates, "forced_bos")
        if _said(step) >= len(ids):
            return candidates
        return only(candidates.find([ids[_said(step)]]), candidates, "forced_bos")


class ForcedEos(Processor, frozen=True):
    """End the text with its `n`-th new token, if it has not ended before.

    There only what ends a text stands.
    """

    aliases: ClassVar[tuple[str, ...]] = ("forced_eos_token_id",)
    about: ClassVar[About] = About(
        group="Bans, wishes and lengths",
        formula="the n-th new token ends the text",
        source="transformers",
        elsewhere=(
            "transformers: counts the prompt, too, and gives several ends the same chance; here "
            "they keep theirs"
        ),
        example="forced_eos(4)",
    )

    n: Annotated[int, Meta(ge=1, description="new tokens, the one that ends the text among them")]
    ends: Ends = None

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        if _said(step) != self.n - 1:
            return candidates
        ids = _ends(self, candidates, step, "forced_eos")
        if not ids:
            raise InvalidInput(
                "forced_eos: no token ends a text for this model", 'name one: ends="."'
            )
        return only(candidates.find(ids), candidates, "forced_eos")


ENOUGH = 60.0
"""Growth beyond e to this power decides everything, and soon is infinite."""


def _said(step: Step) -> int:
    """New tokens so far."""
    return step.position - step.prompt_length


def _ends(
    stage: MinNewTokens | LengthDecay | ForcedEos, candidates: Candidates, step: Step, name: str
) -> tuple[int, ...]:
    ids = end_ids(stage.ends, step, name)
    if stage.ends is not None:
        check_known(ids, candidates, name)
    return ids
