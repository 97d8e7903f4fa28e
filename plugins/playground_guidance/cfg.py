"""Classifier-free guidance: away from what the model says after a negative prompt."""

from __future__ import annotations

from typing import Annotated, ClassVar

from playground.api import About, DecodeContext, Decoding, InvalidInput, Meta, Strategy
from playground_guidance.two_prompts import guided, second_prompt


class Cfg(Strategy, frozen=True):
    """Move away from what the model would say after a `negative` prompt, `scale` times as far.

    s = q + scale (p - q), p the log-probabilities after the prompt and q those after the negative one,
    each with the text said so far. The chain's processors see s. A step reads both in one pass.
    """

    aliases: ClassVar[tuple[str, ...]] = ("guidance",)
    about: ClassVar[About] = About(
        group="Guidance",
        formula="s = q + scale (p - q), p log-probabilities after the prompt, q after the negative one",
        source="Sanchez et al. 2023",
        elsewhere="transformers and tgw (`guidance_scale`, `negative_prompt`), the same; without a "
        "negative prompt they take the prompt's last token for one, here it must be given",
        neutral='cfg("…", scale=1)',
        example='cfg(" dog", scale=1.5)',
    )

    negative: Annotated[
        str, Meta(description='the text to move away from, as in cfg("A bad poem:")')
    ]
    scale: Annotated[
        float, Meta(ge=-100, le=100, description="1 changes nothing; below, towards the negative")
    ] = 1.5

    def __post_init__(self) -> None:
        if not self.negative:
            raise InvalidInput(
                "cfg has no negative prompt: there is nothing to move away from",
                'give it a text: cfg("A bad poem:", scale=1.5)',
            )

    def decode(self, context: DecodeContext) -> Decoding:
        other = second_prompt(context, self.negative, "negative prompt")
        yield from guided(context, other, self.scale)
