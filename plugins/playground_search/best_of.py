"""Best of several: texts are drawn, and the one that the model itself finds likeliest is said."""

from __future__ import annotations

from typing import Annotated, ClassVar

from playground.api import About, DecodeContext, Decoding, Finding, Meta, Strategy
from playground_search.drawing import Drawn, draw_texts


class BestOf(Strategy, frozen=True):
    """Draw `texts` whole texts and say the one that the model itself finds likeliest.

    A text of n tokens scores log p(text) / n^length_penalty by the model alone, whatever the chain
    drew it from; they are drawn side by side, one pass a step. With one text it is sample.
    """

    aliases: ClassVar[tuple[str, ...]] = ("best_of_n",)
    about: ClassVar[About] = About(
        group="Several texts",
        formula="argmax log p(text) / length^length_penalty over `texts` texts that are drawn",
        source="OpenAI's API (`best_of`); Stiennon et al. 2020",
        elsewhere="OpenAI's completions and older vLLM (`best_of`), by log-probability a token",
        neutral="best_of(1)",
    )

    texts: Annotated[int, Meta(ge=1, le=64, description="texts that are drawn")] = 4
    length_penalty: Annotated[
        float, Meta(ge=-10, le=10, description="1: mean log-probability a token; 0: their sum")
    ] = 1.0

    def decode(self, context: DecodeContext) -> Decoding:
        texts = yield from draw_texts(context, self.texts)
        best = max(texts, key=self._score)
        worst = min(texts, key=self._score)
        if len(texts) > 1:
            yield Finding(
                f"the best of {len(texts)} texts has {best.mean_logprob:.3f} nats a token, "
                f"the worst {worst.mean_logprob:.3f}"
            )
        yield from best.tail

    def _score(self, text: Drawn) -> float:
        score: float = text.logprob / len(text.tokens) ** self.length_penalty
        return score
