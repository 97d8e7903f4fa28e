"""Tokenizers that are learned: the same texts give the same ids in any process."""

from __future__ import annotations

import pytest

from playground_train.gpt_tokens import UNKNOWN, byte_level, words

TEXTS = ["The cat sat on the mat; the dog, too.\n", "A dog's day: it sat, and it sat.\n" * 3]


@pytest.mark.parametrize(("learn", "size"), [(words, 90), (byte_level, 300)])
def test_the_same_texts_give_the_same_tokens_each_time(learn, size) -> None:
    assert len({learn(TEXTS, size).to_str() for _ in range(5)}) == 1


def test_words_end_with_their_last_letter_and_nothing_but_the_unknown_is_special() -> None:
    rules = words(TEXTS, 90)
    assert rules.encode("The CAT").tokens == ["the</w>", "cat</w>"]
    assert rules.decode(rules.encode("The cat, too.").ids) == "the cat , too ."
    added = [token.content for token in rules.get_added_tokens_decoder().values()]
    assert added == [UNKNOWN]
