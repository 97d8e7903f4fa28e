"""Self-consistency: texts that reason their ways are drawn, and the answer that most come to is said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, ClassVar

from playground.api import (
    About,
    DecodeContext,
    Decoding,
    Finding,
    InvalidInput,
    Meta,
    Processor,
    Strategy,
)
from playground_search.drawing import Drawn, draw_texts

NUMBER = r"-?\d[\d,]*(?:\.\d+)?"


class SelfConsistency(Strategy, frozen=True):
    """Draw `texts` whole texts and say one of those whose answer most of them give.

    The answer is the last match of the regular expression `answer` in a text, or the match's first
    group where it has one; by default the last number. Of the texts with the most frequent answer the
    likeliest is said, a token counted with a token. Without any answer it is the likeliest of all.
    """

    aliases: ClassVar[tuple[str, ...]] = ("majority_vote",)
    about: ClassVar[About] = About(
        group="Several texts",
        formula="a text with the most frequent answer(text) of `texts` texts that are drawn",
        source="Wang et al. 2023",
        elsewhere="no engine; the paper's own method",
        neutral="self_consistency(1)",
    )

    texts: Annotated[int, Meta(ge=1, le=64, description="texts that are drawn")] = 8
    answer: Annotated[str, Meta(description="regular expression of an answer")] = NUMBER

    def check(self, count: int, processors: Sequence[Processor]) -> None:
        try:
            re.compile(self.answer)
        except re.error as error:
            raise InvalidInput(
                f"self_consistency: answer {self.answer!r} is no regular expression: {error}",
                r"such as answer='The answer is (\w+)'",
            ) from None

    def decode(self, context: DecodeContext) -> Decoding:
        texts = yield from draw_texts(context, self.texts)
        answers = [self._answer(text.text) for text in texts]
        votes = Counter(answer for answer in answers if answer is not None)
        winner = max(votes, key=lambda answer: votes[answer], default=None)
        if len(texts) > 1:
            yield Finding(_counted(votes, winner, len(texts)))
        agreeing = [text for text, answer in zip(texts, answers, strict=True) if answer == winner]
        yield from max(agreeing, key=_likely).tail

    def _answer(self, text: str) -> str | None:
        matches = list(re.finditer(self.answer, text))
        if not matches:
            return None
        last = matches[-1]
        found: str | None = last[1] if last.re.groups else last[0]
        return None if found is None else found.strip()


def _counted(votes: Counter[str], winner: str | None, texts: int) -> str:
    if winner is None:
        return f"no text of {texts} has an answer; the likeliest is told"
    others = [f"{answer!r}: {count}" for answer, count in votes.most_common() if answer != winner]
    rest = f" ({', '.join(others)})" if others else ""
    return f"{votes[winner]} of {texts} texts answer {winner!r}{rest}"


def _likely(text: Drawn) -> float:
    return text.mean_logprob
