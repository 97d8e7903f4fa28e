"""The byte-pair tokenizers of GPT-1 and GPT-2, read from a model's folder.

GPT-2 works on bytes and keeps every one of a text. GPT-1 lower-cases and works on words that end in `</w>`,
in one of two dialects: `hf` gives the tokens of transformers' OpenAIGPTTokenizer, which loses newlines;
`openai` those of OpenAI's own code, which keeps them. A character that GPT-1's vocabulary lacks becomes its
token `<unk>` in both, as in either original. Knows nothing of models but the size of their vocabulary.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from tokenizers import AddedToken, decoders, normalizers, pre_tokenizers
from tokenizers import Tokenizer as Rules
from tokenizers.models import BPE

from playground.api import InvalidInput, ModelUnavailable
from playground_gpt.architecture import Architecture
from playground_gpt.words import words

WHOLE = "tokenizer.json"
PARTS = ("vocab.json", "merges.txt")
END_OF_TEXT = "<|endoftext|>"
UNKNOWN = "<unk>"
WORD_END = "</w>"


def load_tokenizer(
    folder: Path, architecture: Architecture, dialect: str
) -> ByteLevelBpe | WordBpe:
    """The tokenizer in `folder` for a model of `architecture`.

    Raises ModelUnavailable where its files are missing, unreadable, of another kind, or of a larger
    vocabulary than the model's.
    """
    rules = (
        _whole(folder / WHOLE) if (folder / WHOLE).is_file() else _from_parts(folder, architecture)
    )
    if architecture.pre_norm and not isinstance(rules.decoder, decoders.ByteLevel):
        raise ModelUnavailable(
            f"{folder / WHOLE} is not GPT-2's byte-level tokenizer",
            "load the folder with the hub backend instead",
        )
    known = rules.get_vocab_size()
    if known > architecture.vocabulary:
        raise ModelUnavailable(
            f"the tokenizer in {folder} knows {known:,} tokens, but the model {architecture.vocabulary:,}",
            "tokenizer and weights do not belong together",
        )
    if architecture.pre_norm:
        return ByteLevelBpe(rules, architecture.vocabulary, _fingerprint(folder, dialect))
    return WordBpe(rules, architecture.vocabulary, _fingerprint(folder, dialect), dialect)


def _fingerprint(folder: Path, dialect: str) -> str:
    files = [folder / WHOLE] if (folder / WHOLE).is_file() else [folder / name for name in PARTS]
    digest = hashlib.sha256(dialect.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _whole(path: Path) -> Rules:
    try:
        rules = Rules.from_file(str(path))
    except Exception as error:  # the library raises nothing more precise
        raise ModelUnavailable(f"cannot read {path}: {error}", "download the model again") from None
    rules.no_padding()
    rules.no_truncation()
    return rules


def _from_parts(folder: Path, architecture: Architecture) -> Rules:
    missing = [name for name in PARTS if not (folder / name).is_file()]
    if missing:
        raise ModelUnavailable(
            f"{folder} holds no tokenizer: neither {WHOLE} nor {' and '.join(missing)}",
            "put the tokenizer's files beside the weights, or download the model again",
        )
    vocab, merges = (str(folder / name) for name in PARTS)
    try:
        if architecture.pre_norm:
            model = BPE.from_file(vocab, merges)
        else:
            model = BPE.from_file(vocab, merges, unk_token=UNKNOWN, end_of_word_suffix=WORD_END)
    except Exception as error:  # the library raises nothing more precise
        raise ModelUnavailable(
            f"cannot read the tokenizer in {folder}: {error}", "download the model again"
        ) from None
    return _byte_level(model) if architecture.pre_norm else _word_level(model)


def _byte_level(model: BPE) -> Rules:
    rules = Rules(model)
    rules.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    rules.decoder = decoders.ByteLevel()
    return _with_special(rules, END_OF_TEXT)


def _word_level(model: BPE) -> Rules:
    rules = Rules(model)
    rules.normalizer = normalizers.BertNormalizer(lowercase=True)
    rules.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return _with_special(rules, UNKNOWN)


def _with_special(rules: Rules, token: str) -> Rules:
    if rules.token_to_id(token) is not None:
        rules.add_special_tokens([AddedToken(token, special=True, normalized=False)])
    return rules


class _Bpe:
    """What both have in common.

    A token is spelled out when it is first asked for: all of them take as long as a first token.
    """

    start_ids: tuple[int, ...] = ()

    def __init__(self, rules: Rules, size: int, fingerprint: str) -> None:
        self._rules = rules
        self.vocabulary_size = size
        self.fingerprint = fingerprint

    def label(self, token: int) -> str:
        """Its spelling; ids that the model has and the tokenizer does not are never encoded to."""
        known = self._rules.id_to_token(token)
        return f"<unused{token}>" if known is None else known

    def _ids(self, text: str | list[str]) -> list[int]:
        try:
            encoding = self._rules.encode(
                text, is_pretokenized=isinstance(text, list), add_special_tokens=False
            )
        except (TypeError, UnicodeEncodeError):
            raise InvalidInput(
                "the text holds half of a surrogate pair, which is no character"
            ) from None
        return list(encoding.ids)


class ByteLevelBpe(_Bpe):
    """GPT-2's tokenizer (Radford et al. 2019). Its end-of-text token begins texts too."""

    def __init__(self, rules: Rules, size: int, fingerprint: str) -> None:
        super().__init__(rules, size, fingerprint)
        self.bos_id: int | None = rules.token_to_id(END_OF_TEXT)
        self.eos_ids = frozenset(() if self.bos_id is None else (self.bos_id,))
        self._added = rules.get_added_tokens_decoder()
        self._pieces: dict[int, bytes] = {}

    def encode(self, text: str) -> list[int]:
        return self._ids(text)

    def piece(self, token: int, previous: int | None) -> bytes:
        if token not in self._pieces:
            self._pieces[token] = self._spelled(token)
        return self._pieces[token]

    def _spelled(self, token: int) -> bytes:
        label = self.label(token)
        return label.encode() if token in self._added else _as_bytes(label.translate(BYTES))


def _as_bytes(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:  # a token that is not spelled in the characters that stand for bytes
        return text.encode()


def _byte_of_character() -> dict[int, int]:
    """What the characters from 256 on stand for in the vocabulary; printable ones stand for themselves."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in set(printable)]
    return {256 + place: byte for place, byte in enumerate(rest)}


BYTES = _byte_of_character()


class WordBpe(_Bpe):
    """GPT-1's tokenizer (Radford et al. 2018), after Sennrich et al. 2016. It has no end-of-text token."""

    bos_id: int | None = None
    eos_ids: frozenset[int] = frozenset()

    def __init__(self, rules: Rules, size: int, fingerprint: str, dialect: str) -> None:
        super().__init__(rules, size, fingerprint)
        self.dialect = dialect
        self._newline = None
        if dialect == "openai":
            rules.normalizer = None
            rules.pre_tokenizer = None
            self._newline = rules.token_to_id(f"\n{WORD_END}")
        self._words: dict[int, _Word] = {}

    def encode(self, text: str) -> list[int]:
        return self._ids(words(text) if self.dialect == "openai" else text)

    def piece(self, token: int, previous: int | None) -> bytes:
        word = self._word(token)
        spaced = previous is not None and self._word(previous).spaced
        return b" " + word.text if spaced and token != self._newline else word.text

    def _word(self, token: int) -> _Word:
        if token not in self._words:
            label = self.label(token)
            self._words[token] = _Word(
                label.replace(WORD_END, "").encode(),
                label.endswith(WORD_END) and token != self._newline,
            )
        return self._words[token]


class _Word(NamedTuple):
    """A token of GPT-1's."""

    text: bytes
    spaced: bool
    """Whether a space follows it: it ends a word, and is no line break that stands for itself."""
