"""The tokenizer of a model folder, whatever family it is of, as the engine wants it: by bytes.

Reads `tokenizer.json` without transformers; for older files transformers makes the same thing of
them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playground.api import InvalidInput, ModelUnavailable
from playground_hub.card import text_config, vocabulary
from playground_hub.files import read_config, read_json
from playground_hub.pieces import restarts, spelling_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer as Rules

FILE = "tokenizer.json"
MASKS = ("[MASK]", "<mask>")
"""Names of the token for a gap, for folders that do not say which it is, as BERT's own does not."""
OLDER = ("tokenizer.model", "spiece.model", "vocab.json", "vocab.txt")


class HubTokenizer:
    """A tokenizer of the `tokenizers` library with what the folder says of its special tokens.

    `rows` is the number of tokens that the model scores; many pad it to a round number, and some
    tokenizers have tokens that their model never learned.
    """

    def __init__(
        self,
        rules: Rules,
        rows: int,
        bos_id: int | None,
        eos_ids: frozenset[int],
        unknown: int | None,
        mask: int | None = None,
    ) -> None:
        self._rules = rules
        self._unknown = unknown
        self._added = {i: t.content for i, t in rules.get_added_tokens_decoder().items()}
        decoder = json.loads(rules.decoder.__getstate__()) if rules.decoder else None
        self._spell = spelling_of(decoder)
        self._pieces: dict[tuple[int, bool], bytes] = {}
        self.vocabulary_size = min(_size(rules), rows)
        self.bos_id = bos_id
        self.eos_ids = eos_ids
        self.mask_id = mask
        self.start_ids, self.end_ids = self._around()
        self._before_text = {None, bos_id, *self.start_ids}
        if restarts(decoder):
            self._before_text |= self._added.keys()
        self.fingerprint = hashlib.sha256(rules.to_str().encode()).hexdigest()

    def encode(self, text: str) -> list[int]:
        encoding = self._rules.encode(text, add_special_tokens=False)
        ids: list[int] = encoding.ids
        if self._unknown in ids:
            self._refuse_unknown(text, ids, encoding.offsets)
        return ids

    def piece(self, token: int, previous: int | None) -> bytes:
        first = previous in self._before_text
        key = (token, first)
        if key not in self._pieces:
            self._pieces[key] = self._piece(token, first)
        return self._pieces[key]

    def label(self, token: int) -> str:
        return self._rules.id_to_token(token) or f"<{token}>"

    def _piece(self, token: int, first: bool) -> bytes:
        if token in self._added:
            return self._added[token].encode()
        spelling = self._rules.id_to_token(token)
        return b"" if spelling is None else self._spell(spelling, first)

    def _refuse_unknown(self, text: str, ids: list[int], offsets: list[tuple[int, int]]) -> None:
        spelling = self.label(self._unknown or 0)
        for token, (start, end) in zip(ids, offsets, strict=True):
            if token == self._unknown and text[start:end] != spelling:
                raise InvalidInput(
                    f"the vocabulary has no token for {text[start:end]!r} (character {start})",
                    "leave it out, or choose a model whose vocabulary has it",
                )

    def _id_of(self, token: Any) -> int | None:
        spelling = token.get("content") if isinstance(token, dict) else token
        return self._rules.token_to_id(spelling) if isinstance(spelling, str) else None

    def _around(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """What the rules put before every text, and after it."""
        encoding = self._rules.encode("a")
        marked = list(zip(encoding.ids, encoding.special_tokens_mask, strict=True))
        before = [token for token, _ in takewhile(lambda pair: pair[1], marked)]
        after = [token for token, _ in takewhile(lambda pair: pair[1], marked[::-1])]
        return tuple(before), tuple(after[::-1])


def load_tokenizer(folder: Path) -> HubTokenizer:
    """Raises ModelUnavailable where the folder holds no tokenizer, or one that cannot be read."""
    config = text_config(read_config(folder))
    rules = _rules(folder)
    # A limit that the file sets would cut a text without a word.
    rules.no_truncation()
    rules.no_padding()
    settings = read_json(folder / "tokenizer_config.json")
    generation = read_json(folder / "generation_config.json")
    begins = [*_named(rules, settings, "bos_token"), *_ids(config, "bos_token_id")]
    ends = {
        *_named(rules, settings, "eos_token"),
        *_ids(config, "eos_token_id"),
        *_ids(generation, "eos_token_id"),
    }
    unknowns = [*_named(rules, settings, "unk_token"), *_known(rules, _unknown_of(rules))]
    masks = [*_named(rules, settings, "mask_token"), *_known(rules, MASKS)]
    rows = vocabulary(config, folder)
    bos, unknown, mask = (next(iter(ids), None) for ids in (begins, unknowns, masks))
    return HubTokenizer(rules, rows, bos, frozenset(ends), unknown, mask)


def _rules(folder: Path) -> Rules:
    from tokenizers import Tokenizer as Rules

    file = folder / FILE
    if not file.is_file():
        return _older_rules(folder)
    try:
        return Rules.from_file(str(file))
    except Exception as error:  # the library raises Exception itself
        raise ModelUnavailable(f"{file} cannot be read: {error}", "get the model again") from None


def _older_rules(folder: Path) -> Rules:
    if not any((folder / name).is_file() for name in OLDER):
        raise ModelUnavailable(
            f"{folder} holds no tokenizer", f"put its {FILE} there, or get the model again"
        )
    from transformers import AutoTokenizer

    try:
        loaded = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        rules: Rules = loaded.backend_tokenizer
    except Exception as error:  # whatever a family's own code makes of broken files
        raise ModelUnavailable(
            f"the tokenizer in {folder} cannot be read: {error}", f"put its {FILE} there"
        ) from error
    return rules


def _named(rules: Rules, settings: Mapping[str, Any], name: str) -> list[int]:
    token = settings.get(name)
    spelling = token.get("content") if isinstance(token, dict) else token
    number = rules.token_to_id(spelling) if isinstance(spelling, str) else None
    return [] if number is None else [number]


def _unknown_of(rules: Rules) -> list[str]:
    """What the rules themselves write for what they do not know."""
    spelling = getattr(rules.model, "unk_token", None)
    return [spelling] if spelling else []


def _known(rules: Rules, spellings: Iterable[str]) -> list[int]:
    found = map(rules.token_to_id, spellings)
    return [token for token in found if token is not None]


def _ids(config: Mapping[str, Any], key: str) -> list[int]:
    value = config.get(key)
    return [i for i in (value if isinstance(value, list) else [value]) if isinstance(i, int)]


def _size(rules: Rules) -> int:
    count = rules.get_vocab_size(with_added_tokens=True)
    if rules.id_to_token(count - 1) is not None:
        return count
    return max(rules.get_vocab(with_added_tokens=True).values(), default=-1) + 1
