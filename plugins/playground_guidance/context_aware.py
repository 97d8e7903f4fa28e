"""Context-aware decoding: away from what the model would say without the context that the prompt gives."""

from __future__ import annotations

from typing import Annotated, ClassVar

from playground.api import About, DecodeContext, Decoding, Meta, Strategy
from playground_guidance.two_prompts import guided, second_prompt


class ContextAware(Strategy, frozen=True):
    """Trust the prompt's context more than what the model knew: (1 + alpha) with it - alpha without.

    `without` is the prompt without its context: the question alone, where the prompt is an article and
    a question. s = (1 + alpha) p - alpha q, p with and q without the context.
    """

    aliases: ClassVar[tuple[str, ...]] = ("cad",)
    about: ClassVar[About] = About(
        group="Guidance",
        formula="s = (1 + alpha) p - alpha q, p log-probabilities with the context, q without it",
        source="Shi et al. 2024",
        elsewhere="the paper's own code; the same as `cfg` with scale 1 + alpha and the prompt without "
        "its context as the negative one",
        neutral='context_aware("…", alpha=0)',
        example='context_aware(" dog")',
    )

    without: Annotated[str, Meta(description="the prompt without its context: the question alone")]
    alpha: Annotated[float, Meta(ge=0, le=100, description="0 changes nothing")] = 0.5

    def decode(self, context: DecodeContext) -> Decoding:
        other = second_prompt(context, self.without, "prompt without its context")
        yield from guided(context, other, 1 + self.alpha)
