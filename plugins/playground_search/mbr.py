"""Minimum Bayes risk: of several drawn texts the one that is most like all of them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from playground.api import About, DecodeContext, Decoding, Finding, Meta, Strategy
from playground_search.drawing import Drawn, draw_texts
from playground_search.utilities import chrf, edit_similarity, token_f1


class MBR(Strategy, frozen=True):
    """Draw `texts` whole texts and say the one that is on average most like the others.

    argmax of the mean utility(h, r) over the texts r that were drawn: what is least to be regretted
    whichever of them is right. `token_f1` compares bags of tokens, `chrf` character n-grams, `edit`
    sequences of tokens. With one text it is sample.
    """

    name: ClassVar[str] = "mbr"
    aliases: ClassVar[tuple[str, ...]] = ("minimum_bayes_risk",)
    about: ClassVar[About] = About(
        group="Several texts",
        formula="argmax mean_r utility(h, r) over `texts` texts that are drawn, r being the others",
        source="Kumar and Byrne 2004; Eikema and Aziz 2020; chrF: Popović 2015",
        elsewhere="no engine; the papers' own code",
        neutral="mbr(1)",
    )

    texts: Annotated[int, Meta(ge=1, le=64, description="texts that are drawn")] = 8
    utility: Annotated[
        Literal["token_f1", "chrf", "edit"], Meta(description="how alike two texts are")
    ] = "token_f1"

    def decode(self, context: DecodeContext) -> Decoding:
        texts = yield from draw_texts(context, self.texts)
        expected = [self._expected(text, texts) for text in texts]
        best = expected.index(max(expected))
        if len(texts) > 1:
            yield Finding(
                f"the text that is most like the other {len(texts) - 1} has an expected "
                f"{self.utility} of {expected[best]:.3f}; the least, of {min(expected):.3f}"
            )
        yield from texts[best].tail

    def _expected(self, text: Drawn, texts: list[Drawn]) -> float:
        others = [other for other in texts if other is not text]
        return sum(self._alike(text, other) for other in others) / max(1, len(others))

    def _alike(self, text: Drawn, other: Drawn) -> float:
        if self.utility == "chrf":
            return chrf(text.text, other.text)
        compare = token_f1 if self.utility == "token_f1" else edit_similarity
        return compare(text.tokens, other.tokens)
