"""Phrases that are never said: what may begin one is a draft until it has become another text."""

from __future__ import annotations

from typing import Annotated, ClassVar

from playground.api import About, DecodeContext, Decoding, Meta, Strategy, TextEnds
from playground_revision.matcher import Matcher
from playground_revision.said import Said

Phrase = Annotated[str, Meta(min_length=1)]


class BanPhrases(Strategy, frozen=True):
    """As `sample`, without these `phrases`: where one has been said, go back and begin it otherwise.

    A text is what is compared, so no other spelling in tokens gets past. Tokens that may begin a phrase
    are a draft. Once it is whole, its first token is removed from the candidates at that place and
    another is chosen from what the chain leaves; nothing before it changes. What the prompt begins, the
    text does not complete.
    """

    aliases: ClassVar[tuple[str, ...]] = ("antislop", "banned_phrases")
    about: ClassVar[About] = About(
        group="Revision",
        formula="where a phrase is whole: back to its first token, removed there, and chosen again",
        source="Paech, antislop-sampler 2024",
        elsewhere="koboldcpp (banned phrases, whatever the case), tgw with ExLlamaV2 (`banned_strings`), "
        "TabbyAPI; `bad_words` of transformers bans tokens, which other tokens with the same text get past",
        neutral="ban_phrases([])",
    )

    phrases: Annotated[
        tuple[Phrase, ...],
        Meta(description="texts that are not said: ['shiver down', 'testament to']"),
    ] = ()
    ignore_case: Annotated[
        bool, Meta(description="whether capitals and small letters are the same")
    ] = False

    def decode(self, context: DecodeContext) -> Decoding:
        said = Said(context, Matcher(self.phrases, ignore_case=self.ignore_case))
        while True:
            try:
                held = said.choose()
            except TextEnds:
                yield from said.rest()
                return
            drafted = len(said.held) > 1
            if not said.taken_back():
                yield from said.settled()
                if said.held or drafted:
                    yield said.draft()
                said.reading = yield from context.read(held.reading.state, [held.commit.token])
            else:
                yield said.draft()
