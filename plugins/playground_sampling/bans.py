"""Bans: which tokens may not be said, or may alone be said, whatever the model thinks of them."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import About, InvalidInput, Meta, Processor, Step
from playground_sampling.tokens import Phrase, Tokens, check_known, sequence_ids, token_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy import ndarray

    from playground.api import Candidates


class NoRepeatNGram(Processor, frozen=True):
    """Remove every token that would complete an n-gram that the prompt or the text already has.

    With n = 1 no token is said twice. An error where no candidate would be left.
    """

    aliases: ClassVar[tuple[str, ...]] = ("no_repeat_ngram_size",)
    about: ClassVar[About] = About(
        group="Penalties",
        formula="removes t where the last n - 1 tokens and t stood before",
        source="Paulus, Xiong and Socher 2018",
        elsewhere="transformers, the same; text-generation-webui",
        neutral="no_repeat_ngram(1000000)",
    )

    n: Annotated[int, Meta(ge=1, description="how many tokens in a row may not come twice")] = 3

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        places = candidates.find(list(_completions(list(step.ids), self.n)))
        return without(
            places,
            candidates,
            f"no_repeat_ngram({self.n}): all {len(candidates)} candidates left would repeat",
            "raise n, or put it before the stages that keep few tokens",
        )


class BadWords(Processor, frozen=True):
    """Never complete one of these texts or lists of ids: `bad_words(["foo", [262, 290]])`.

    Remove the last token of a sequence where its others are the text's last. A text is banned as it is
    tokenised, and with a space before it; other spellings and case are other texts.
    """

    aliases: ClassVar[tuple[str, ...]] = ("bad_words_ids",)
    about: ClassVar[About] = About(
        group="Bans, wishes and lengths",
        formula="removes what would complete a sequence",
        source="transformers",
        elsewhere=(
            "transformers: ids; vLLM: texts, with and without a space before them, as here. "
            "Neither stops another spelling"
        ),
        neutral="bad_words([])",
        example='bad_words([" the mat"])',
    )

    words: Annotated[
        tuple[str | tuple[int, ...], ...], Meta(description="texts, and lists of token ids")
    ]

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        endings = _endings(_listed(self.words) or _spelt(self.words, step))
        check_known(endings.bounds, candidates, "bad_words")
        return without(
            candidates.find(endings.of(step.ids)),
            candidates,
            f"bad_words: all {len(candidates)} candidates left would complete one",
            BEFORE_FEW,
        )


class Suppress(Processor, frozen=True):
    """Never say these tokens: `suppress([50256, "~"])`, or not as the first of the text.

    A text stands for each of the tokens it consists of; `bad_words` bans sequences. With `first_only`
    only the first new token is concerned.
    """

    aliases: ClassVar[tuple[str, ...]] = ("suppress_tokens",)
    about: ClassVar[About] = About(
        group="Bans, wishes and lengths",
        formula="removes tokens, everywhere or as the first new one",
        source="transformers",
        elsewhere="transformers: `suppress_tokens`, and `begin_suppress_tokens` for `first_only`",
        neutral="suppress([])",
        example='suppress(" mat")',
    )

    tokens: Annotated[Tokens, Meta(description="ids and texts")]
    first_only: Annotated[bool, Meta(description="only where the text begins")] = False

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        ids = token_ids(self.tokens, step, "suppress")
        check_known(ids, candidates, "suppress")
        if self.first_only and step.position > step.prompt_length:
            return candidates
        return without(
            candidates.find(ids),
            candidates,
            f"suppress: all {len(candidates)} candidates left are suppressed",
            BEFORE_FEW,
        )


class Allow(Processor, frozen=True):
    """Say nothing but these tokens: `allow("0123456789")`, `allow([11, 13])`.

    A text stands for each of the tokens it consists of. The text ends by itself only where a token that
    ends it is among them. An error where none of them is left.
    """

    aliases: ClassVar[tuple[str, ...]] = ("allowed_token_ids",)
    about: ClassVar[About] = About(
        group="Bans, wishes and lengths",
        formula="removes all other tokens",
        source="vLLM",
        elsewhere="vLLM: `allowed_token_ids`",
        example='allow(" mat rug")',
    )

    tokens: Annotated[Tokens, Meta(description="ids and texts")]

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        ids = token_ids(self.tokens, step, "allow")
        check_known(ids, candidates, "allow")
        return only(candidates.find(ids), candidates, "allow")


BEFORE_FEW = "put it before the stages that keep few tokens"


def follows(text: Sequence[int], sequence: tuple[int, ...]) -> bool:
    """Whether `text` ends with all of `sequence` but its last."""
    rest = len(sequence) - 1
    return not rest or (len(text) >= rest and tuple(text[-rest:]) == sequence[:-1])


def without(places: ndarray, candidates: Candidates, none_left: str, hint: str) -> Candidates:
    """The candidates but those at `places` (m,). Raises InvalidInput where none would be left."""
    import numpy as np

    from playground.api import Candidates

    if not len(places):
        return candidates
    if len(places) == len(candidates):
        raise InvalidInput(none_left, hint)
    if len(places) <= FEW:
        scores = _spliced(candidates.scores, places)
        if candidates.whole:
            ids = _all_but(tuple(places.tolist()), len(candidates))
        else:
            ids = _spliced(candidates.ids, places)
        return Candidates(scores, ids, candidates.vocabulary)
    standing = np.ones(len(candidates), dtype=bool)
    standing[places] = False
    return candidates.keep(standing)


FEW = 32
"""So many gaps are quicker to copy around than a mask is to apply."""


@lru_cache(maxsize=16)
def _all_but(places: tuple[int, ...], size: int) -> ndarray:
    """0 to size - 1 without `places`: the same for step after step, where a ban is no sequence's end."""
    import numpy as np

    ids = _spliced(np.arange(size), np.array(places))
    ids.setflags(write=False)
    return ids


def _spliced(values: ndarray, places: ndarray) -> ndarray:
    """`values` (n,) without those at `places`, ascending."""
    import numpy as np

    bounds = pairwise([-1, *places.tolist(), len(values)])
    return np.concatenate([values[before + 1 : after] for before, after in bounds])


def only(places: ndarray, candidates: Candidates, stage: str) -> Candidates:
    """The candidates at `places` (m,). Raises InvalidInput where there is none."""
    if not len(places):
        raise InvalidInput(
            f"{stage}: none of its tokens is among the {len(candidates)} candidates left",
            BEFORE_FEW,
        )
    return candidates if len(places) == len(candidates) else candidates.at(places)


class _Endings:
    """Sequences by what stands before their last token: a step asks once for each length."""

    def __init__(self, sequences: frozenset[tuple[int, ...]]) -> None:
        every = [token for ids in sequences for token in ids]
        self.bounds = (min(every), max(every)) if every else ()
        """The lowest and the highest token of all."""
        self._after: dict[int, dict[tuple[int, ...], list[int]]] = {}
        for ids in sequences:
            before = self._after.setdefault(len(ids) - 1, {})
            before.setdefault(ids[:-1], []).append(ids[-1])

    def of(self, text: Sequence[int]) -> list[int]:
        """The last tokens of those sequences whose others `text` ends with."""
        return [
            last
            for length, before in self._after.items()
            for last in before.get(tuple(text[-length:]) if length else (), ())
        ]


# A step asks for those of the step before.
_endings = lru_cache(maxsize=64)(_Endings)


@lru_cache(maxsize=64)
def _listed(words: tuple[str | tuple[int, ...], ...]) -> frozenset[tuple[int, ...]]:
    """The sequences where all are lists of ids; nothing where a text has to be read or one is empty."""
    listed = [word for word in words if isinstance(word, tuple) and word]
    return frozenset(listed if len(listed) == len(words) else ())


def _spelt(words: tuple[str | tuple[int, ...], ...], step: Step) -> frozenset[tuple[int, ...]]:
    return frozenset(ids for word in words for ids in _spellings(word, step))


def _spellings(word: Phrase, step: Step) -> list[tuple[int, ...]]:
    """A list of ids as it is; a text as it stands alone, and after a space if that can be said."""
    spellings = [sequence_ids(word, step, "bad_words")]
    if isinstance(word, str) and not word.startswith(" "):
        with suppress(InvalidInput):  # A vocabulary of characters may have no space.
            spellings.append(sequence_ids(f" {word}", step, "bad_words"))
    return spellings


def _completions(ids: list[int], n: int) -> set[int]:
    """What followed the last n - 1 of `ids` wherever they stood before."""
    if n == 1:
        return set(ids)
    if len(ids) < n:
        return set()
    prefix = ids[1 - n :]
    return {
        ids[end]
        for end in range(n - 1, len(ids))
        if ids[end - 1] == prefix[-1] and ids[end + 1 - n : end] == prefix
    }
