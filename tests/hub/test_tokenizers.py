"""Tokens become bytes one by one, and together they are what the `tokenizers` library says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer as Rules

from playground.api import InvalidInput, ModelUnavailable, Tokenizer
from playground.testing import TokenizerContract
from playground_hub.pieces import spelling_of
from playground_hub.tokenizer import HubTokenizer, load_tokenizer

FolderOf = Callable[[str, dict[str, Any]], Path]


def joined(tokenizer: Tokenizer, ids: list[int]) -> bytes:
    previous = [None, *ids]
    return b"".join(tokenizer.piece(i, p) for i, p in zip(ids, previous, strict=False))


class Kind(TokenizerContract):
    kind = ""
    _built: HubTokenizer

    @pytest.fixture(autouse=True)
    def _make(self, rules: dict[str, Rules]) -> None:
        type(self)._built = HubTokenizer(rules[self.kind], 320, None, frozenset(), 0)

    def tokenizer(self) -> Tokenizer:
        return self._built

    def test_joins_as_the_library_joins(self) -> None:
        for text in self.texts:
            ids = self._built.encode(text)
            assert joined(self._built, ids).decode() == self._built._rules.decode(ids)


class TestByteLevel(Kind):
    kind = "byte_level"
    texts = ("the cat sat.", " the  cat", "Où est le café? 日本語 🦊\n\t", "unseen: ÿ‰")


class TestMetaspaceWithBytes(Kind):
    kind = "metaspace"
    texts = ("the cat sat.", "one two", "Où est le café? 日本語 🦊\n\t")


def test_words_and_their_parts_join_as_the_library_joins_them(rules: dict[str, Rules]) -> None:
    tokenizer = HubTokenizer(rules["word_piece"], 320, None, frozenset(), 0)
    for text in ("the cat sat.", "To be, or not to be. two three"):
        ids = tokenizer.encode(text)
        assert joined(tokenizer, ids).decode() == rules["word_piece"].decode(ids) == text


@given(text=st.text())
def test_any_text_survives_bytes_of_every_kind(rules: dict[str, Rules], text: str) -> None:
    for kind in ("byte_level", "metaspace"):
        tokenizer = HubTokenizer(rules[kind], 320, None, frozenset(), None)
        assert joined(tokenizer, tokenizer.encode(text)).decode() == text


def test_a_character_may_come_in_halves(rules: dict[str, Rules]) -> None:
    tokenizer = HubTokenizer(rules["metaspace"], 320, None, frozenset(), None)
    ids = tokenizer.encode("語")
    assert [tokenizer.piece(i, 9) for i in ids[-3:]] == [b"\xe8", b"\xaa", b"\x9e"]


def test_a_llama_starts_every_text_with_its_own_token(tokenizer_folder: FolderOf) -> None:
    settings = {"bos_token": "<s>", "eos_token": {"content": "</s>"}, "unk_token": "<unk>"}
    tokenizer = load_tokenizer(tokenizer_folder("metaspace", settings))
    assert (tokenizer.start_ids, tokenizer.bos_id, tokenizer.eos_ids) == ((1,), 1, {2})
    first = tokenizer.encode("the")[0]
    assert tokenizer.piece(first, 1) == tokenizer.piece(first, None)
    assert tokenizer.piece(first, first) == b" " + tokenizer.piece(first, None)


def test_ends_of_text_are_gathered_from_every_file(tokenizer_folder: FolderOf) -> None:
    folder = tokenizer_folder("metaspace", {"eos_token": "</s>"})
    (folder / "config.json").write_text('{"vocab_size": 320, "eos_token_id": 7}')
    (folder / "generation_config.json").write_text('{"eos_token_id": [8, 9]}')
    assert load_tokenizer(folder).eos_ids == {2, 7, 8, 9}


def test_an_unknown_character_is_named(tokenizer_folder: FolderOf) -> None:
    tokenizer = load_tokenizer(tokenizer_folder("word_piece", {"unk_token": "[UNK]"}))
    with pytest.raises(InvalidInput, match=r"no token for '日' \(character 8\)"):
        tokenizer.encode("the cat 日")
    assert tokenizer.encode("[UNK]") == [0]


def test_a_limit_in_the_file_cuts_nothing(tokenizer_folder: FolderOf) -> None:
    folder = tokenizer_folder("byte_level", {})
    rules = Rules.from_file(str(folder / "tokenizer.json"))
    rules.enable_truncation(3)
    rules.enable_padding(length=8)
    rules.save(str(folder / "tokenizer.json"))
    assert joined(load_tokenizer(folder), load_tokenizer(folder).encode("the cat sat. " * 3)) == (
        b"the cat sat. " * 3
    )


def test_a_folder_without_a_tokenizer_says_so(tokenizer_folder: FolderOf) -> None:
    folder = tokenizer_folder("byte_level", {})
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(ModelUnavailable, match=r"tokenizer\.json cannot be read"):
        load_tokenizer(folder)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelUnavailable, match="holds no tokenizer"):
        load_tokenizer(folder)


def test_older_files_are_read_by_transformers(
    tokenizer_folder: FolderOf, rules: dict[str, Rules]
) -> None:
    folder = tokenizer_folder("byte_level", {"tokenizer_class": "GPT2Tokenizer"})
    (folder / "config.json").write_text('{"vocab_size": 320, "model_type": "gpt2"}')
    rules["byte_level"].model.save(str(folder))
    (folder / "tokenizer.json").unlink()
    tokenizer = load_tokenizer(folder)
    assert joined(tokenizer, tokenizer.encode("the café 🦊")).decode() == "the café 🦊"


def test_a_decoder_without_a_rule_is_refused() -> None:
    with pytest.raises(ModelUnavailable, match="CTC"):
        spelling_of({"type": "CTC", "pad_token": "", "word_delimiter_token": "|", "cleanup": True})
