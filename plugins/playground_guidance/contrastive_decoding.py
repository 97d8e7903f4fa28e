"""Contrastive decoding: what a large model prefers more than a small one does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import (
    About,
    Commit,
    DecodeContext,
    Decoding,
    LanguageModel,
    Meta,
    ModelName,
    PromptTooLong,
    Read,
    Strategy,
)

if TYPE_CHECKING:
    from numpy import ndarray

    from playground.api import Candidates


class ContrastiveDecoding(Strategy, frozen=True):
    """Prefer what the model finds likelier than an `amateur` model does, among what is plausible.

    s = log p - strength log q where p >= alpha max(p), q the amateur's at temperature `tau`; other tokens
    are removed. The chain's processors see s. The amateur has the same tokenizer.
    """

    about: ClassVar[About] = About(
        group="Guidance",
        formula="s = log p - strength log q, q of the amateur, where p >= alpha max(p)",
        source="Li et al. 2023",
        elsewhere="the paper's own code, with beam search. (1 + b) p - b q of O'Brien and Lewis 2023 is "
        "strength b / (1 + b) at temperature 1 / (1 + b)",
        neutral='contrastive_decoding("…", alpha=0, strength=0)',
        example='contrastive_decoding("small")',
    )

    amateur: Annotated[ModelName, Meta(description="a smaller model, called as -m calls one")]
    alpha: Annotated[
        float, Meta(ge=0, le=1, description="share of the best token's probability; 0 keeps all")
    ] = 0.1
    strength: Annotated[
        float, Meta(ge=0, le=10, description="how much the amateur counts; 0 not at all")
    ] = 1.0
    tau: Annotated[float, Meta(gt=0, le=100, description="the amateur's temperature")] = 1.0

    def decode(self, context: DecodeContext) -> Decoding:
        amateur = context.models["amateur"]
        _check_room(context, amateur)
        ids, reading = list(context.ids), context.reading
        state, unread = amateur.start(), context.ids
        while True:
            logits = reading.logits[-1]
            read = Read(state, unread, logits_to_keep=1)
            (other,) = yield from context.read_all([read], amateur)
            token, chosen = context.choose(ids, self.scored(logits, other.logits[-1]))
            yield Commit(token, chosen, logits)
            ids.append(token)
            state, unread = other.state, (token,)
            reading = yield from context.read(reading.state, [token])

    def scored(self, logits: ndarray, others: ndarray) -> Candidates:
        """The plausible tokens by s; both rows are (vocabulary,)."""
        from playground_guidance.contrast import contrasted, plausible

        kept = plausible(logits, self.alpha)
        if self.strength == 0:
            return kept
        return contrasted(kept, logits, others / self.tau, self.strength)


def _check_room(context: DecodeContext, amateur: LanguageModel) -> None:
    needed = len(context.ids) + context.limit - 1
    if amateur.context_length is not None and needed > amateur.context_length:
        raise PromptTooLong(
            f"the prompt and {context.limit:,} tokens do not fit the amateur's context of "
            f"{amateur.context_length:,}",
            "ask for fewer tokens, shorten the prompt, or name an amateur with a longer context",
        )
