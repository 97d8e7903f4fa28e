"""Text comes in whole characters, whatever the tokens' borders."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playground.engine.detokenize import Detokenizer
from playground.testing import ByteTokenizer

tokenizer = ByteTokenizer()
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(texts)
def test_bytes_add_up_to_the_text(text):
    detokenizer = Detokenizer(tokenizer, None)
    parts = [detokenizer.add(token)[0] for token in tokenizer.encode(text)]
    assert "".join(parts) + detokenizer.finish() == text


def test_a_character_comes_whole_with_its_last_token():
    detokenizer = Detokenizer(tokenizer, None)
    assert [detokenizer.add(token)[0] for token in tokenizer.encode("é")] == ["", "é"]


def test_half_a_character_at_the_end_is_a_replacement_character():
    detokenizer = Detokenizer(tokenizer, None)
    assert detokenizer.add(tokenizer.encode("é")[0]) == ("", b"\xc3")
    assert detokenizer.finish() == "\N{REPLACEMENT CHARACTER}"


@given(texts, texts)
def test_a_preview_changes_nothing(text, ahead):
    detokenizer = Detokenizer(tokenizer, None)
    first, *rest = [*tokenizer.encode(text), *tokenizer.encode("é")]
    detokenizer.add(first)
    seen = detokenizer.preview((*rest, *tokenizer.encode(ahead)))
    assert seen == detokenizer.preview((*rest, *tokenizer.encode(ahead)))
    assert "".join(detokenizer.add(token)[0] for token in rest) == seen[: len(seen) - len(ahead)]
