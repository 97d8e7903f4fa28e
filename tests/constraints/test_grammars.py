"""Constrained text always parses, whatever the model thinks, in every kind of tokens."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import InvalidInput
from playground.testing import CharTokenizer, ProcessorContract
from playground_constraints import library
from playground_constraints.choices import Choices
from playground_constraints.grammars import Grammar, JsonSchema, Regex
from playground_search.beam import Beam

seeds = st.integers(0, 2**32)
PATTERN = r"(yes|no|maybe)( [a-z]{1,4}){0,2}"
PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 6},
        "old": {"type": "boolean"},
        "sizes": {"type": "array", "items": {"enum": [1, 2, 34]}, "maxItems": 3},
    },
    "required": ["name", "old", "sizes"],
    "additionalProperties": False,
}
LIST = 'root ::= "[" item ("," item)* "]"\nitem ::= [a-c] | root'


class TestNeutralRegex(ProcessorContract):
    def processor(self):
        return Regex("(?s:.*)")


def fits(value) -> bool:
    return (
        value.keys() == {"name", "old", "sizes"}
        and isinstance(value["name"], str)
        and len(value["name"]) <= 6
        and isinstance(value["old"], bool)
        and len(value["sizes"]) <= 3
        and set(value["sizes"]) <= {1, 2, 34}
    )


@given(seeds)
def test_a_text_matches_the_regex_as_a_whole(tokenizer, speak, text_of, seed):
    decoded = speak(tokenizer, Regex(PATTERN), seed=seed)
    assert re.fullmatch(PATTERN, text_of(tokenizer, decoded.tokens))


@given(seeds)
def test_a_text_is_json_of_the_schema(tokenizer_of, speak, text_of, seed):
    for kind in ("bytes", "char-rnn", "sentence piece", "byte level"):
        tokenizer = tokenizer_of(kind)
        decoded = speak(tokenizer, JsonSchema(PERSON, whitespace="none"), seed=seed)
        assert fits(json.loads(text_of(tokenizer, decoded.tokens))), kind


def test_gpt2_says_json_in_its_own_tokens(tokenizer_of, speak, text_of):
    tokenizer = tokenizer_of("gpt2")
    for seed in range(3):
        tokens = speak(tokenizer, JsonSchema(PERSON, whitespace="none"), seed=seed).tokens
        text = text_of(tokenizer, tokens)
        assert fits(json.loads(text))
        assert len(tokens) < len(text)


@given(seeds)
def test_a_text_is_of_the_grammar(tokenizer_of, speak, text_of, seed):
    for kind in ("bytes", "char-rnn", "byte level"):
        tokenizer = tokenizer_of(kind)
        tokens = speak(tokenizer, Grammar(LIST), seed=seed, limit=200).tokens
        if len(tokens) < 200:
            quoted = re.sub("[a-c]", '"x"', text_of(tokenizer, tokens))
            assert isinstance(json.loads(quoted), list)


@given(seeds)
def test_lark_and_gbnf_are_the_same_grammar(tokenizer_of, speak, seed):
    lark = 'start: "a" WORD "."?\nWORD: /[b-d]{2,3}/'
    gbnf = 'root ::= "a" word "."?\nword ::= [b-d] [b-d] [b-d]?'
    tokenizer = tokenizer_of("bytes")
    said = [speak(tokenizer, Grammar(text), seed=seed).tokens for text in (lark, gbnf)]
    assert said[0] == said[1]


@given(seeds)
def test_every_hypothesis_of_a_beam_is_constrained(tokenizer_of, speak, text_of, seed):
    for kind in ("bytes", "char-rnn"):
        tokenizer = tokenizer_of(kind)
        decoded = speak(tokenizer, Regex(PATTERN), seed=seed, strategy=Beam(3), limit=30)
        assert re.fullmatch(PATTERN, text_of(tokenizer, decoded.tokens)), kind


def test_a_model_without_an_end_ends_where_nothing_more_fits(tokenizer_of, speak, text_of):
    tokenizer = tokenizer_of("char-rnn")
    assert not tokenizer.eos_ids
    decoded = speak(tokenizer, Regex("abc?d"), limit=50)
    assert re.fullmatch("abc?d", text_of(tokenizer, decoded.tokens))


def test_a_model_without_an_end_goes_on_as_long_as_more_fits(tokenizer_of, speak, text_of):
    tokenizer = tokenizer_of("char-rnn")
    decoded = speak(tokenizer, Regex("[0-9]+"), limit=50)
    assert re.fullmatch("[0-9]{50}", text_of(tokenizer, decoded.tokens))


def test_a_model_with_an_end_ends_where_it_likes_and_where_it_must(tokenizer_of, speak):
    tokenizer = tokenizer_of("bytes")
    lengths = {len(speak(tokenizer, Regex("[01]{1,5}"), seed=seed).tokens) for seed in range(40)}
    assert lengths == {2, 3, 4, 5, 6}  # the end among them


@given(seeds)
def test_a_vocabulary_of_characters_enters_no_dead_end(speak, text_of, seed):
    few = CharTokenizer("abx")
    decoded = speak(few, Regex("a(b[0-9]|bx|q)|[^a]z|x+b"), seed=seed)
    assert re.fullmatch("abx|x+b", text_of(few, decoded.tokens))


def test_what_a_vocabulary_cannot_spell_is_said(speak):
    few = CharTokenizer("abx")
    with pytest.raises(InvalidInput, match="no text that satisfies it can be spelled"):
        speak(few, Regex("[0-9]+"))
    with pytest.raises(InvalidInput, match=r"wants one of '\{', and no token"):
        speak(few, JsonSchema({"type": "object"}))
    with pytest.raises(InvalidInput, match=r"after “ab” wants one of '12', and no token"):
        speak(few, Grammar('start: "ab" ("1" | "2")'))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Regex("a("), "'a\\(' cannot be used: unclosed group"),
        (lambda: Regex(r"\bthe"), "lookarounds not supported"),
        (lambda: JsonSchema("{"), "the schema is no JSON"),
        (lambda: JsonSchema({"type": "nope"}), "Invalid type: nope"),
        (lambda: JsonSchema({"enum": []}), "Unsatisfiable schema"),
        (lambda: JsonSchema({"type": "integer", "minimum": 5, "maximum": 3}), "Unsatisfiable"),
        (lambda: Grammar("root ::= foo"), "Rule 'foo' not found"),
        (lambda: Grammar("start: foo"), 'unknown name: "foo"'),
        (lambda: Grammar("start: A\nA: /x/ & /y/"), "no text satisfies it"),
    ],
)
def test_what_cannot_be_meant_is_said_when_the_chain_is_made(make, said):
    with pytest.raises(InvalidInput, match=said) as raised:
        make()
    assert raised.value.hint


def test_a_text_from_elsewhere_is_an_error_and_not_silently_free(tokenizer_of):
    from playground.api import Candidates
    from playground.testing import step_after

    tokenizer = tokenizer_of("bytes")
    step = step_after(tokenizer.encode("q: no way"), prompt_length=3, tokenizer=tokenizer)
    import numpy as np

    with pytest.raises(InvalidInput, match="does not fit: “no way”"):
        Regex("yes|no")(Candidates(np.zeros(257, dtype=np.float32)), step)


def test_candidates_narrowed_too_early_are_named(tokenizer_of):
    import numpy as np

    from playground.api import Candidates
    from playground.testing import step_after

    tokenizer = tokenizer_of("bytes")
    scores = np.arange(257, dtype=np.float32)
    step = step_after([3], tokenizer=tokenizer)
    with pytest.raises(InvalidInput, match="among the 5 candidates left"):
        Regex("a")(Candidates(scores).top(5), step)


def test_without_the_library_the_message_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "llguidance", None)
    with pytest.raises(InvalidInput) as raised:
        library.library()
    assert "textgen-playground[constraints]" in raised.value.hint
    Choices(("a", "b"))
