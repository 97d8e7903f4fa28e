"""Banned phrases are never said, however their text is cut into tokens; nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.api import Commit, Draft, InvalidInput
from playground.api.options import build
from playground.testing import (
    CharTokenizer,
    ScriptedModel,
    StrategyContract,
    ToyRecurrent,
    decode,
)
from playground_revision.ban_phrases import BanPhrases
from playground_revision.matcher import Matcher
from playground_sampling.strategies import Sample
from playground_sampling.temperature import Temperature
from playground_sampling.truncation import TopK

phrases = st.lists(st.text("abc ", min_size=1, max_size=5), min_size=1, max_size=4)
relaxed = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class TestBanPhrasesObeysTheLaws(StrategyContract):
    def strategy(self):
        return BanPhrases(("ab", "ca", "dd"))


@relaxed
@given(banned=phrases, seed=st.integers(0, 2**32), prompt=st.text("abc ", min_size=1, max_size=6))
def test_a_phrase_is_never_said_in_any_tokens(babbler, banned, seed, prompt):
    try:
        decoded = decode(BanPhrases(tuple(banned)), babbler, prompt, limit=25, seed=seed)
    except InvalidInput as error:
        assert "leaves no token" in error.message
        return
    new = decoded.text
    for phrase in banned:
        # Also not what the prompt begins and the text completes.
        begin = max(0, len(prompt) - len(phrase) + 1)
        assert phrase not in (prompt + new)[begin:]


@relaxed
@given(seed=st.integers(0, 2**32), banned=phrases)
def test_where_no_phrase_comes_the_text_is_that_of_sampling(babbler, seed, banned):
    plain = decode(Sample(), babbler, "c", limit=20, seed=seed)
    careful = decode(BanPhrases(tuple(banned)), babbler, "c", limit=20, seed=seed)
    if not any(phrase in "c" + plain.text for phrase in banned):
        assert careful.tokens == plain.tokens


def test_what_is_before_a_phrase_stays_as_it_was():
    for seed in range(20):
        plain = decode(Sample(), ToyRecurrent(), "a", limit=40, seed=seed).text
        phrase = plain[len(plain) // 2 :][:3]
        careful = decode(BanPhrases((phrase,)), ToyRecurrent(), "a", limit=40, seed=seed).text
        first = max(0, ("a" + plain).index(phrase) - 1)
        assert careful[:first] == plain[:first]
        assert phrase not in "a" + careful


def test_no_phrases_are_sampling():
    for seed in range(5):
        plain = decode(Sample(), ToyRecurrent(), "a", limit=30, seed=seed)
        careful = decode(BanPhrases(), ToyRecurrent(), "a", limit=30, seed=seed)
        assert careful.tokens == plain.tokens
        assert not careful.drafts


def test_it_is_the_beginning_of_a_phrase_that_is_chosen_again():
    """After a comes a, which makes `aa`: so the first one falls, then b before it; the last has no next."""
    chances = {"a": 0.5, "b": 0.3, "c": 0.2}
    model = ScriptedModel(lambda tokens: chances, tokenizer=CharTokenizer("abc"))
    decoded = decode(BanPhrases(("aa", "ba")), model, "c", processors=[TopK(1)], limit=6)
    assert decoded.text == "ccccca"


def test_what_may_begin_a_phrase_is_a_draft_until_it_is_another_text():
    model = ScriptedModel("abcabd", after="x", tokenizer=CharTokenizer("abcdx"))
    effects = [
        effect
        for effect in _effects(BanPhrases(("abx",)), model, "x", 6)
        if isinstance(effect, Commit | Draft)
    ]
    letters = "abcdx"
    told = [
        f"({''.join(letters[t] for t in e.tokens)})" if isinstance(e, Draft) else letters[e.token]
        for e in effects
    ]
    assert " ".join(told) == "(a) (ab) a b c () (a) (ab) a b d"


def test_at_the_limit_what_is_held_is_said():
    model = ScriptedModel("abab", after="x", tokenizer=CharTokenizer("abcx"))
    assert decode(BanPhrases(("ababab",)), model, "x", limit=3).text == "aba"


def test_at_the_end_of_the_text_what_is_held_is_said():
    model = ScriptedModel("ab", after="x", tokenizer=CharTokenizer("abcx"))
    decoded = decode(BanPhrases(("abc",)), model, "x", limit=10)
    assert decoded.text == "ab"
    assert decoded.tokens[-1] == model.tokenizer.bos_id


def test_capitals_count_unless_they_are_to_be_ignored():
    model = ScriptedModel(lambda tokens: {"A": 0.6, "b": 0.4})
    hot = [Temperature(1.0)]
    careful = decode(BanPhrases(("ab",)), model, "x", processors=hot, limit=40).text
    assert "Ab" in careful
    blind = decode(BanPhrases(("ab",), ignore_case=True), model, "x", processors=hot, limit=40)
    assert "Ab" not in blind.text


def test_characters_of_several_tokens_are_compared_whole():
    """An umlaut is two tokens of a byte."""
    model = ScriptedModel("für über", after="x")
    decoded = decode(BanPhrases(("über",)), model, "x", processors=[TopK(1)], limit=9)
    assert decoded.text.startswith("für ")
    assert "über" not in decoded.text


def test_a_ban_that_leaves_no_token_is_an_error():
    model = ScriptedModel(lambda tokens: {"a": 0.5, "b": 0.5}, tokenizer=CharTokenizer("ab"))
    model.tokenizer.eos_ids = frozenset()
    model.tokenizer.piece = lambda token, previous: b"ab?"[token : token + 1]
    with pytest.raises(InvalidInput, match="ban_phrases leaves no token") as failed:
        decode(BanPhrases(("a", "b", "?")), model, "b")
    assert "fewer phrases" in failed.value.hint


def test_an_empty_phrase_is_refused():
    with pytest.raises(InvalidInput, match="phrases must be"):
        build(BanPhrases, {"phrases": [""]})


def test_many_tokens_that_complete_a_phrase_are_removed_at_once():
    """Nearly the whole vocabulary says the letter."""
    letters = "".join(chr(code) for code in range(0x400, 0x500))
    model = ScriptedModel(lambda tokens: {}, tokenizer=CharTokenizer(letters))
    banned = tuple(letters[:250])
    text = decode(BanPhrases(banned), model, letters[-1], limit=30).text
    assert set(text) <= set(letters[250:])


@given(st.text("abAB", max_size=12), phrases, st.integers(0, 12))
def test_the_matcher_finds_what_a_search_from_every_place_finds(text, banned, known):
    known = min(known, len(text))
    matcher = Matcher(banned, ignore_case=False)
    places = [
        place
        for place in range(len(text))
        for phrase in banned
        if text.startswith(phrase, place) and place + len(phrase) > known
    ]
    assert matcher.found(text, known) == min(places, default=None)
    begun = [
        place
        for place in range(len(text))
        if any(p.startswith(text[place:]) and p != text[place:] for p in banned)
    ]
    assert matcher.begun(text) == min(begun, default=len(text))


def _effects(strategy, model, prompt, limit):
    from playground.testing.decode import start

    generator, said, answer = start(strategy, model, prompt, limit=limit), 0, None
    while said < limit:
        effect = generator.send(answer)
        answer = model.read(list(effect.reads)) if hasattr(effect, "reads") else None
        said += isinstance(effect, Commit)
        yield effect
