"""A character vocabulary as the engine's tokenizer: a token is a character."""

from __future__ import annotations

from playground_charrnn.vocabulary import Vocabulary, describe


class CharTokenizer:
    """Ids of characters; a line break, where there is one, stands before an empty text."""

    eos_ids: frozenset[int] = frozenset()
    start_ids: tuple[int, ...] = ()

    def __init__(self, vocabulary: Vocabulary, *, drop_unknown: bool = False) -> None:
        self._vocabulary = vocabulary
        self._drop_unknown = drop_unknown
        self._pieces = [c.encode("utf-8", "replace") for c in vocabulary.characters]
        self.vocabulary_size = len(vocabulary)
        self.bos_id = vocabulary.ids.get("\n")
        self.fingerprint = vocabulary.fingerprint

    def encode(self, text: str) -> list[int]:
        """Ids of the characters of `text`.

        Raises InvalidInput for a character outside, unless such characters are to be dropped.
        """
        return self._vocabulary.encode(text, drop_unknown=self._drop_unknown).ids

    def notices(self, text: str) -> tuple[str, ...]:
        """What the user should know of how `text` is encoded: the characters that are dropped."""
        dropped = self._vocabulary.encode(text, drop_unknown=True).dropped
        if not dropped:
            return ()
        count = "1 character" if len(dropped) == 1 else f"{len(dropped):,} characters"
        kinds = list(dict.fromkeys(dropped))
        named = ", ".join(describe(character) for character in kinds[:5])
        more = f" and {len(kinds) - 5} more" if len(kinds) > 5 else ""
        return (f"dropped {count} that this model does not know: {named}{more}",)

    def piece(self, token: int, previous: int | None) -> bytes:
        """The character's UTF-8."""
        return self._pieces[token]

    def label(self, token: int) -> str:
        """The character, a control character by its escape."""
        character = self._vocabulary.characters[token]
        return character if character.isprintable() else ascii(character)[1:-1]
