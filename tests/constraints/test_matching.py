"""What a grammar allows is a function of the ids alone, in whatever order they are asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground_constraints import matching
from playground_constraints.matching import Automaton
from playground_constraints.vocabulary import vocabulary_of

GRAMMAR = "start: /(ab|ac)*[de]{1,3}/"
TEXTS = ["", "a", "ab", "abac", "abd", "ace", "acede", "abababd", "d", "ddd"]


def answers(tokenizer, texts, automaton=None):
    found = {}
    for text in texts:
        fresh = automaton or Automaton(GRAMMAR, vocabulary_of(tokenizer))
        place = fresh.after(tuple(tokenizer.encode(text)), tokenizer, "test")
        found[text] = (place.allowed().tobytes(), place.complete)
    return found


@given(st.permutations(TEXTS), st.lists(st.sampled_from(TEXTS), max_size=5))
def test_the_order_of_asking_does_not_matter(tokenizer_of, texts, again):
    tokenizer = tokenizer_of("bytes")
    shared = Automaton(GRAMMAR, vocabulary_of(tokenizer))
    asked = answers(tokenizer, [*texts, *again], shared)
    assert asked == answers(tokenizer, TEXTS)


def test_what_was_forgotten_is_found_again(tokenizer_of, monkeypatch):
    monkeypatch.setattr(matching, "KNOWN", 2)
    tokenizer = tokenizer_of("bytes")
    shared = Automaton(GRAMMAR, vocabulary_of(tokenizer))
    assert answers(tokenizer, [*TEXTS, *TEXTS[::-1]], shared) == answers(tokenizer, TEXTS)


@pytest.mark.parametrize("kind", ["gpt2", "byte level", "bytes", "char-rnn"])
def test_most_tokenizers_have_one_class(tokenizer_of, kind):
    assert set(vocabulary_of(tokenizer_of(kind)).classes) == {0}


def test_tokens_of_a_class_are_what_they_add_after_each_of_its_tokens(tokenizer_of):
    tokenizer = tokenizer_of("sentence piece")
    vocabulary = vocabulary_of(tokenizer)
    assert len(vocabulary.tokens) == 2
    for previous in range(vocabulary.size):
        for token in range(vocabulary.size):
            if token not in tokenizer.eos_ids:
                written = vocabulary.tokens[vocabulary.classes[previous]][token]
                assert written == tokenizer.piece(token, previous)


@pytest.mark.parametrize("kind", ["gpt1", "gpt1 openai"])
def test_a_word_of_gpt1_brings_its_space(tokenizer_of, text_of, kind):
    tokenizer = tokenizer_of(kind)
    vocabulary = vocabulary_of(tokenizer)
    (tokens,) = vocabulary.tokens
    random = np.random.default_rng(0)
    for ids in random.integers(0, vocabulary.size, (500, 4)).tolist():
        if not vocabulary.unspaced.intersection(ids):
            joined = b"".join(tokens[token] for token in ids).decode()
            assert joined.removesuffix(" ") == text_of(tokenizer, ids).removesuffix(" ")
