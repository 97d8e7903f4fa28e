"""Strategies that draw several texts and say one: which texts they are, which is said, what it costs."""

import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.api import Candidates, Commit, Draft, InvalidInput, Read, ReadAll
from playground.testing import CharTokenizer, ScriptedModel, StrategyContract, decode
from playground.testing.decode import start, text_of
from playground_sampling.penalties import RepetitionPenalty
from playground_sampling.strategies import Sample
from playground_sampling.temperature import Temperature
from playground_search.best_of import BestOf
from playground_search.mbr import MBR
from playground_search.self_consistency import SelfConsistency
from playground_search.utilities import chrf, edit_distance, edit_similarity, token_f1
from tests.search.small import small_model

LETTERS = "abcdef"
ALL = [BestOf, MBR, SelfConsistency]


class TestBestOfKeepsTheLaws(StrategyContract):
    def strategy(self):
        return BestOf(3)


class TestMBRKeepsTheLaws(StrategyContract):
    def strategy(self):
        return MBR(3)


class TestSelfConsistencyKeepsTheLaws(StrategyContract):
    def strategy(self):
        return SelfConsistency(3, answer="[abc]")


def samples(model, count, *, first=0, **options):
    return [decode(Sample(), model, sequence=first + i, **options).tokens for i in range(count)]


def score(model, tokens):
    """Mean log-probability of a token after "a", by the model alone."""
    rows = model.read([Read(model.start(), (0, *tokens))])[0].logits
    chances = [Candidates(row).logprob_of(t) for row, t in zip(rows, tokens, strict=False)]
    return math.fsum(chances) / len(tokens)


@settings(max_examples=15)
@given(seed=st.integers(0, 2**40), sequence=st.integers(0, 3), count=st.integers(1, 5))
def test_best_of_says_the_likeliest_of_the_texts_that_sample_draws(seed, sequence, count):
    model, options = small_model(seed % 9, LETTERS), {"limit": 6, "seed": seed}
    options["processors"] = [Temperature(1.5)]
    drawn = samples(model, count, first=sequence * count, **options)
    best = max(drawn, key=lambda tokens: score(model, tokens))
    assert decode(BestOf(count), model, sequence=sequence, **options).tokens == best


@pytest.mark.parametrize(("penalty", "said"), [(0.0, "b"), (1.0, "cccc")])
def test_the_length_penalty_decides_between_short_and_long(penalty, said):
    """`b` and an end: 0.5 in all, 0.71 a token; `c` four times: 0.41 in all, 0.8 a token."""

    def says(tokens):
        likes = {
            1: {"b": 0.5, "c": 0.5},
            2: {"": 1.0} if tokens[-1] == 1 else {"c": 0.9, "d": 0.1},
        }
        return likes.get(len(tokens), {"c": 0.95, "d": 0.05})

    model = ScriptedModel(says, tokenizer=CharTokenizer("abcd"))
    decoded = decode(BestOf(32, penalty), model, limit=4, seed=1)
    assert decoded.text == said


@pytest.mark.parametrize("strategy", [cls(texts=1) for cls in ALL])
@settings(max_examples=8)
@given(seed=st.integers(0, 2**40))
def test_with_one_text_it_is_sample_and_streams_like_it(strategy, seed):
    model, stages = small_model(seed % 5, LETTERS), [RepetitionPenalty(1.2), Temperature(0.8)]
    expected = decode(Sample(), model, processors=stages, limit=8, seed=seed).tokens
    decoded = decode(strategy, model, processors=stages, limit=8, seed=seed)
    assert decoded.tokens == expected
    assert decoded.findings == []
    generator = start(strategy, model, processors=stages, limit=8, seed=seed)
    assert isinstance(next(generator), Commit), "the first token is told before anything is read"


@settings(max_examples=20)
@given(
    seed=st.integers(0, 2**40),
    count=st.integers(2, 6),
    utility=st.sampled_from(["token_f1", "chrf", "edit"]),
)
def test_mbr_says_the_text_that_is_most_like_the_others(seed, count, utility):
    model, options = small_model(seed % 9, LETTERS), {"limit": 6, "seed": seed}
    drawn = samples(model, count, **options)

    def alike(one, other):
        if utility == "chrf":
            return chrf(text_of(model, one), text_of(model, other))
        return {"token_f1": token_f1, "edit": edit_similarity}[utility](one, other)

    expected = [
        sum(alike(one, other) for at, other in enumerate(drawn) if at != place) / (count - 1)
        for place, one in enumerate(drawn)
    ]
    decoded = decode(MBR(count, utility), model, **options)
    assert decoded.tokens == drawn[expected.index(max(expected))]
    assert f"{max(expected):.3f}" in decoded.findings[0].notice


@settings(max_examples=20)
@given(seed=st.integers(0, 2**40))
def test_self_consistency_says_a_text_with_the_most_frequent_last_answer(seed):
    model, options = small_model(seed % 9, LETTERS), {"limit": 6, "seed": seed}
    drawn = samples(model, 7, **options)
    answers = [
        next((letter for letter in reversed(text_of(model, tokens)) if letter in "bcd"), None)
        for tokens in drawn
    ]
    votes = Counter(answer for answer in answers if answer)
    most = max(votes.values(), default=0)
    decoded = decode(SelfConsistency(7, answer="[bcd]"), model, **options)
    said = answers[drawn.index(decoded.tokens)]
    assert votes[said] == most
    notice = decoded.findings[0].notice
    assert f"{most} of 7 texts answer {said!r}" in notice if most else "no text of 7" in notice


def test_the_answer_is_the_first_group_where_there_is_one():
    model = ScriptedModel(lambda tokens: LETTERS[len(tokens) % 4], tokenizer=CharTokenizer(LETTERS))
    decoded = decode(SelfConsistency(3, answer="b(c)d"), model, limit=4)
    assert decoded.text == "bcda"
    assert decoded.findings[0].notice == "3 of 3 texts answer 'c'"


def test_without_an_answer_the_likeliest_text_is_said():
    model, options = small_model(3, LETTERS), {"limit": 5, "seed": 2}
    best = decode(BestOf(4), model, **options).tokens
    decoded = decode(SelfConsistency(4, answer="x"), model, **options)
    assert decoded.tokens == best
    assert "no text of 4 has an answer" in decoded.findings[0].notice


def test_a_pattern_that_is_none_is_refused_before_anything_is_read(bench):
    model = ScriptedModel("abc")
    with pytest.raises(InvalidInput, match="is no regular expression") as caught:
        bench.start(model, "x", "self_consistency(answer='(')")
    assert caught.value.hint
    assert model.passes == []


@pytest.mark.parametrize("strategy", [cls(texts=4) for cls in ALL])
class TestHowTheyAreDrawn:
    def test_a_step_reads_all_texts_in_one_pass(self, strategy):
        likes = {"a": 0.4, "b": 0.3, "c": 0.3}
        model = ScriptedModel(lambda tokens: likes, tokenizer=CharTokenizer("abc"))
        decode(strategy, model, limit=5)
        assert model.passes == [(1,), *[(1, 1, 1, 1)] * 4]

    def test_a_text_is_read_no_further_than_its_stop_string(self, strategy):
        model = ScriptedModel(
            lambda tokens: LETTERS[len(tokens) % 6], tokenizer=CharTokenizer(LETTERS)
        )
        decoded = decode(strategy, model, limit=20, stop=("cd",))
        assert decoded.text == "bcd"

    def test_what_all_texts_begin_with_is_said_at_once_and_the_rest_is_a_draft(self, strategy):
        def says(tokens):
            return "b" if len(tokens) < 3 else {"c": 0.5, "d": 0.5}

        model = ScriptedModel(says, tokenizer=CharTokenizer("abcd"))
        generator, answer, order = start(strategy, model, limit=8), None, []
        for _ in range(18):
            effect = generator.send(answer)
            answer = model.read(effect.reads) if isinstance(effect, ReadAll) else None
            order.append((type(effect), getattr(effect, "tokens", None)))
        assert [kind for kind, _ in order[:6]] == [Commit, Draft, ReadAll] * 2
        assert max(len(tokens) for kind, tokens in order if kind is Draft) >= 2


class TestUtilities:
    tokens = st.lists(st.integers(0, 4), max_size=7)
    words = st.text("abc d", max_size=12)

    @given(tokens, tokens)
    def test_edit_distance_is_the_shortest_of_all_ways(self, first, second):
        def slow(one, other):
            if not one or not other:
                return len(one) + len(other)
            return min(
                slow(one[1:], other[1:]) + (one[0] != other[0]),
                slow(one[1:], other) + 1,
                slow(one, other[1:]) + 1,
            )

        first, second = first[:5], second[:5]
        assert edit_distance(first, second) == slow(first, second)

    @given(tokens, tokens)
    def test_token_f1_is_the_mean_of_precision_and_recall(self, first, second):
        common = sum(min(first.count(token), second.count(token)) for token in set(first))
        if not common:
            assert token_f1(first, second) == (1 if not first and not second else 0)
            return
        precision, recall = common / len(first), common / len(second)
        assert token_f1(first, second) == pytest.approx(
            2 * precision * recall / (precision + recall)
        )

    @given(words, words)
    def test_all_are_one_for_equal_texts_and_between_none_and_one(self, first, second):
        for utility in (token_f1, edit_similarity):
            assert utility(list(map(ord, first)), list(map(ord, first))) == 1
            assert 0 <= utility(list(map(ord, first)), list(map(ord, second))) <= 1
        assert chrf(first, first) == pytest.approx(1)
        assert 0 <= chrf(first, second) <= 1 + 1e-12

    @pytest.mark.parametrize(
        ("hypothesis", "reference", "score"),
        [
            ("the cat sat", "the cat sat on the mat", 0.495935),
            ("a quick brown fox", "the quick brown fox jumps", 0.610351),
            ("abc", "abd", 0.388889),
            ("ab", "abcdefgh", 0.234043),
            ("xyz", "abc", 0.0),
        ],
    )
    def test_chrf_is_what_sacrebleu_says_it_is(self, hypothesis, reference, score):
        assert chrf(hypothesis, reference) == pytest.approx(score, abs=1e-4)
