from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import InvalidInput
from playground.testing import TokenizerContract
from playground_charrnn.tokenizer import CharTokenizer
from playground_charrnn.vocabulary import Vocabulary

TEXT = st.text(max_size=50)


class TestPrintable(TokenizerContract):
    texts = ("", "a", "To be,\tor not\n to be?", string.printable)

    def tokenizer(self) -> CharTokenizer:
        return CharTokenizer(Vocabulary.printable())


class TestLearned(TokenizerContract):
    texts = ("", "été", "déjà 🦊\n", "\x1b[31m")

    def tokenizer(self) -> CharTokenizer:
        return CharTokenizer(Vocabulary.learned("".join(self.texts)))


@given(TEXT)
def test_what_a_vocabulary_learned_from_it_decodes_to_itself(text: str) -> None:
    vocabulary = Vocabulary.learned(text + "a")
    assert vocabulary.decode(vocabulary.encode(text).ids) == text


@given(TEXT, TEXT)
def test_a_text_is_what_is_kept_and_what_is_dropped(known: str, text: str) -> None:
    vocabulary = Vocabulary.learned(known + "a")
    encoded = vocabulary.encode(text, drop_unknown=True)
    assert vocabulary.decode(encoded.ids) == "".join(c for c in text if c in known + "a")
    assert encoded.dropped == "".join(c for c in text if c not in known + "a")


@given(TEXT, TEXT)
def test_a_text_is_refused_exactly_where_something_would_be_dropped(known: str, text: str) -> None:
    vocabulary = Vocabulary.learned(known + "a")
    dropped = vocabulary.encode(text, drop_unknown=True).dropped
    if dropped:
        with pytest.raises(InvalidInput) as raised:
            vocabulary.encode(text)
        assert f"{dropped[0]!r} (U+{ord(dropped[0]):04X}" in raised.value.message
        assert f"at position {text.index(dropped[0])} " in raised.value.message
    else:
        assert vocabulary.encode(text).dropped == ""


@given(TEXT)
def test_learning_does_not_depend_on_the_order_of_the_text(text: str) -> None:
    assert Vocabulary.learned(text + "a") == Vocabulary.learned("a" + text[::-1])


def test_printable_is_the_hundred_characters_of_the_standard_library() -> None:
    assert len(Vocabulary.printable()) == 100
    assert Vocabulary.printable().characters == string.printable


def test_an_unknown_character_is_named_with_code_point_name_and_position() -> None:
    with pytest.raises(InvalidInput) as raised:
        Vocabulary.printable().encode("caf\u00e9 \u20ac")
    assert raised.value.message == (
        "'é' (U+00E9 LATIN SMALL LETTER E WITH ACUTE) at position 3 is not among the 100 characters "
        "of this model (and 1 more such character)"
    )
    assert "unknown=drop" in raised.value.hint


def test_an_unknown_control_character_is_shown_escaped() -> None:
    with pytest.raises(InvalidInput, match=r"'\\x00' \(U\+0000\) at position 0"):
        Vocabulary.printable().encode("\0")


def test_dropped_characters_are_said() -> None:
    tokenizer = CharTokenizer(Vocabulary.printable(), drop_unknown=True)
    assert tokenizer.encode("é1é2") == tokenizer.encode("12")
    assert tokenizer.notices("12") == ()
    assert tokenizer.notices("é1é2ü") == (
        "dropped 3 characters that this model does not know: "
        "'é' (U+00E9 LATIN SMALL LETTER E WITH ACUTE), 'ü' (U+00FC LATIN SMALL LETTER U WITH DIAERESIS)",
    )


def test_a_vocabulary_holds_every_character_once() -> None:
    with pytest.raises(InvalidInput, match="twice"):
        Vocabulary("abca")
    with pytest.raises(InvalidInput, match="at least one"):
        Vocabulary("")


def test_a_line_break_stands_before_an_empty_text() -> None:
    tokenizer = CharTokenizer(Vocabulary.printable())
    assert tokenizer.bos_id is not None
    assert tokenizer.piece(tokenizer.bos_id, None) == b"\n"
    assert tokenizer.label(tokenizer.bos_id) == "\\n"
    assert CharTokenizer(Vocabulary("ab")).bos_id is None
