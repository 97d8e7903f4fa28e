"""What has been chosen and may have to be taken back: tokens with what was known when they were chosen.

A reading is a value, so going back is taking an earlier one; that costs nothing, also where a model cannot
un-read.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.api import Commit, DecodeContext, Draft, InvalidInput, Reading
from playground_revision.matcher import Matcher

if TYPE_CHECKING:
    from playground.api import Candidates

PATIENCE = 8
"""Tokens removed at one place after which all that would complete a phrase there are."""

DecoderState = tuple[bytes, int]


@dataclass(frozen=True, slots=True)
class Held:
    """A token that is not final. `removed`, `reading` and `decoder` are of before it was chosen."""

    commit: Commit
    text: str
    """What it adds, folded."""
    removed: frozenset[int]
    reading: Reading
    decoder: DecoderState


class Said:
    """The end of a text that grows, and shrinks where a phrase was said."""

    def __init__(self, context: DecodeContext, matcher: Matcher) -> None:
        self.held: list[Held] = []
        self.reading = context.reading
        """Having read all that is held."""
        self._context = context
        self._matcher = matcher
        self._ids = list(context.ids)
        self._removed: frozenset[int] = frozenset()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._before = self._end_of_prompt()
        """The end of what is final, folded, as long as a phrase may still reach into it."""

    def choose(self) -> Held:
        """Hold one more token: the chain's choice among those that are not removed here."""
        logits = self.reading.logits[-1]
        token, chosen = self._context.choose(self._ids, self._allowed())
        decoder = self._decoder.getstate()
        text = self._text_of(token)
        held = Held(Commit(token, chosen, logits), text, self._removed, self.reading, decoder)
        self.held.append(held)
        self._ids.append(token)
        self._removed = frozenset()
        return held

    def taken_back(self) -> bool:
        """Whether a phrase was whole: then what is held ends before it, and its first token is removed."""
        place = self._matcher.found(self._text(), len(self._before))
        if place is None:
            return False
        end, first = len(self._before), 0
        while end + len(self.held[first].text) <= place:
            end += len(self.held[first].text)
            first += 1
        back = self.held[first]
        del self._ids[len(self._ids) - (len(self.held) - first) :]
        del self.held[first:]
        self.reading = back.reading
        self._decoder.setstate(back.decoder)
        self._removed = back.removed | {back.commit.token}
        if len(self._removed) == PATIENCE:
            self._removed |= self._completing()
        return True

    def settled(self) -> Iterator[Commit]:
        """The commits that no phrase can reach any more; they are held no longer."""
        safe = len(self.held) if self._ends() else self._safe()
        for held in self.held[:safe]:
            self._before += held.text
            yield held.commit
        del self.held[:safe]
        self._before = self._matcher.end_of(self._before)

    def rest(self) -> Iterator[Commit]:
        """The commits of all that is held: the text is complete."""
        for held in self.held:
            yield held.commit

    def draft(self) -> Draft:
        """What is held."""
        return Draft(tuple(held.commit.token for held in self.held))

    def _allowed(self) -> Candidates:
        import numpy as np

        from playground.api.candidates import Candidates

        whole = Candidates(self.reading.logits[-1])
        if not self._removed:
            return whole
        stands = np.ones(len(whole), dtype=bool)
        stands[list(self._removed)] = False
        if not stands.any():
            raise InvalidInput(
                f"ban_phrases leaves no token after {self._text()[-40:]!r}: all of the vocabulary begins "
                "or completes a phrase there",
                "ban fewer phrases, or longer ones",
            )
        return whole.keep(stands)

    def _completing(self) -> frozenset[int]:
        """All tokens that would complete a phrase at once."""
        text, known = self._text(), len(self._before)
        found, decoder = set(), self._decoder.getstate()
        for token in range(self._context.model.tokenizer.vocabulary_size):
            if self._matcher.found(text + self._text_of(token), known) is not None:
                found.add(token)
            self._decoder.setstate(decoder)
        return frozenset(found)

    def _text_of(self, token: int) -> str:
        """What `token` adds now, folded; the decoder goes on."""
        tokenizer = self._context.model.tokenizer
        if token in tokenizer.eos_ids:
            return ""
        return self._matcher.folded(self._decoder.decode(tokenizer.piece(token, self._ids[-1])))

    def _text(self) -> str:
        return self._before + "".join(held.text for held in self.held)

    def _safe(self) -> int:
        """How many of those held no phrase can reach any more."""
        begun, end, safe = self._matcher.begun(self._text()), len(self._before), 0
        while safe < len(self.held) and end + len(self.held[safe].text) <= begun:
            end += len(self.held[safe].text)
            safe += 1
        return safe

    def _ends(self) -> bool:
        """Whether nothing will follow what is held."""
        full = len(self._ids) - len(self._context.ids) == self._context.limit
        return full or self.held[-1].commit.token in self._context.model.tokenizer.eos_ids

    def _end_of_prompt(self) -> str:
        """As much of the prompt's text as a phrase may begin in: its last tokens, of a byte at least."""
        last = self._context.ids[-4 * self._matcher.longest - 1 :]
        pieces = map(self._context.model.tokenizer.piece, last, (None, *last))
        text = b"".join(pieces).decode("utf-8", "replace")
        return self._matcher.end_of(self._matcher.folded(text))
