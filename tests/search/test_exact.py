"""Enumeration and expansion against brute force: what they find, in which order, and the tree they tell."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.api import Finished, Found, InvalidInput
from playground.testing import CharTokenizer, ScriptedModel, StrategyContract, ToyRecurrent, decode
from playground_sampling.truncation import TopK
from playground_sampling.xtc import Xtc
from playground_search import branching
from playground_search.exact import Enumerate
from playground_search.expand import Expand
from tests.search.small import all_texts, small_model

MANY = 256


class TestEnumerateKeepsTheLaws(StrategyContract):
    def strategy(self):
        return Enumerate(1e-3)

    def models(self):
        sure = {"a": 0.9, "b": 0.05, "": 0.05}
        scripted = ScriptedModel(
            lambda tokens: sure, context_length=13, tokenizer=CharTokenizer("abcdef")
        )
        return SharpRecurrent(), scripted


class TestExpandKeepsTheLaws(StrategyContract):
    def strategy(self):
        return Expand(above=0.35, depth=12)

    def models(self):
        return SharpRecurrent(), super().models()[1]


class SharpRecurrent(ToyRecurrent):
    """A recurrent model that is so sure of itself that few texts are likely."""

    def read(self, batch):
        from msgspec.structs import replace

        return [replace(each, logits=each.logits * 3) for each in super().read(batch)]


def found(strategy, model, *, limit=3, count=MANY, **options):
    """The texts that it says, and what it tells of its tree."""
    decoded = decode(strategy, model, limit=limit, count=count, **options)
    said = [tuple(decoded.said(sequence)) for sequence in range(count)]
    return [text for text in said if text], decoded.findings[0]


def paths(finding):
    """Every path of a tree, with its probability."""
    reached = []
    for branch in finding.branches:
        before = reached[branch.parent] if branch.parent >= 0 else ((), 0.0)
        reached.append(((*before[0], branch.token), before[1] + branch.logprob))
    return {text: math.exp(logprob) for text, logprob in reached}


class TestEnumerate:
    @settings(max_examples=30)
    @given(
        seed=st.integers(0, 2**40),
        above=st.sampled_from([0.3, 0.05, 0.01, 0.002, 1e-6]),
        limit=st.integers(1, 4),
    )
    def test_it_finds_what_brute_force_finds_best_first(self, seed, above, limit):
        model = small_model(seed)
        likely = {text: p for text, p in all_texts(model, limit).items() if p >= above}
        if not likely:
            with pytest.raises(InvalidInput, match="no text of up to"):
                found(Enumerate(above), model, limit=limit)
            return
        texts, finding = found(Enumerate(above), model, limit=limit)
        assert texts == sorted(likely, key=lambda text: -likely[text])
        together = math.fsum(likely.values())
        assert together <= 1 + 1e-6
        assert f"{len(likely):,}, together {together:.4f}" in finding.notice

    @settings(max_examples=15)
    @given(seed=st.integers(0, 2**40), above=st.sampled_from([0.2, 0.02, 0.002]))
    def test_its_tree_has_the_beginnings_that_are_likely_enough_and_no_others(self, seed, above):
        model = small_model(seed)
        chances = all_texts(model, 3)
        beginnings = {}
        for text, probability in chances.items():
            for size in range(1, len(text) + 1):
                beginnings[text[:size]] = beginnings.get(text[:size], 0) + probability
        likely = {text for text, probability in beginnings.items() if probability >= above}
        if not any(chances.get(text, 0) >= above for text in likely):
            return
        tree = paths(found(Enumerate(above), model)[1])
        assert tree.keys() == likely
        assert tree == pytest.approx({text: beginnings[text] for text in likely}, rel=1e-4)

    def test_n_sequences_are_the_n_likeliest(self):
        model = small_model(1)
        everything, _ = found(Enumerate(1e-6), model)
        assert found(Enumerate(1e-6), model, count=3)[0] == everything[:3]

    def test_it_says_how_many_more_there_are_and_where_there_are_too_few(self):
        everything, finding = found(Enumerate(1e-6), small_model(1), count=2)
        assert len(everything) == 2
        assert "; the likeliest 2 told" in finding.notice
        _, finding = found(Enumerate(1e-6), small_model(1), count=MANY)
        assert f"; too few for {MANY} sequences" in finding.notice

    def test_the_chain_decides_what_is_likely(self):
        texts, finding = found(Enumerate(1e-3), small_model(2), processors=[TopK(1)])
        assert len(texts) == 1
        assert "1, together 1.0000" in finding.notice

    def test_a_stop_string_completes_a_text(self):
        likes = {"a": 0.5, "b": 0.5}
        model = ScriptedModel(lambda tokens: likes, tokenizer=CharTokenizer("ab"))
        texts, _ = found(Enumerate(1e-6), model, limit=4, stop=("b",))
        assert {"".join("ab"[token] for token in text) for text in texts} == {
            "b",
            "ab",
            "aab",
            "aaab",
            "aaaa",
        }

    def test_branches_are_read_many_at_a_time(self):
        likes = {"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25}
        model = ScriptedModel(lambda tokens: likes, tokenizer=CharTokenizer("abcd"))
        texts, _ = found(Enumerate(1e-6), model, limit=4, count=1)
        assert len(texts) == 1
        # 4 + 16 + 64 branches that go on; the last 256 are not read.
        assert sum(map(len, model.passes[1:])) == 84
        assert max(map(len, model.passes)) == branching.TOGETHER
        assert len(model.passes) < 84 / 4

    def test_nothing_likely_enough_says_what_to_do(self, bench):
        model = ScriptedModel(lambda tokens: {"a": 0.5, "b": 0.5})
        events = bench.run(model, "x", "enumerate(0.1)", max_tokens=20)
        (end,) = (event for event in events if isinstance(event, Finished))
        assert (end.reason, end.exit_code) == ("error", 2)
        assert "no text of up to 20 tokens has a probability of 0.1" in end.error
        assert "--max-tokens" in end.hint


class TestExpand:
    @settings(max_examples=30)
    @given(
        seed=st.integers(0, 2**40),
        above=st.sampled_from([0.4, 0.2, 0.05, 1e-4]),
        depth=st.integers(1, 3),
    )
    def test_its_tree_is_that_of_brute_force(self, seed, above, depth):
        model = small_model(seed)
        expected, ends = {}, {}

        def look(text, probability):
            following = all_texts(model, 1, prompt="a" + "".join("abc"[t] for t in text))
            likely = {token[0]: chance for token, chance in following.items() if chance >= above}
            ended = text and (len(text) == depth or text[-1] == 3)
            if text and (ended or not likely):
                ends[text] = probability
            for token, chance in {} if ended else likely.items():
                expected[(*text, token)] = probability * chance
                if token == 3 or len(text) + 1 == depth:
                    ends[(*text, token)] = probability * chance
                else:
                    look((*text, token), probability * chance)

        look((), 1.0)
        if not expected:
            with pytest.raises(InvalidInput, match="no token has a probability"):
                found(Expand(above, depth), model)
            return
        texts, finding = found(Expand(above, depth), model, limit=5)
        assert paths(finding) == pytest.approx(expected, rel=1e-4)
        assert texts == sorted(ends, key=lambda text: -ends[text])
        assert f"branches: {len(expected):,}; paths: {len(ends):,}, together" in finding.notice

    def test_it_goes_no_deeper_than_the_most_tokens(self):
        texts, _ = found(Expand(1e-4, depth=9), small_model(1), limit=2)
        assert max(map(len, texts)) == 2

    def test_a_tree_that_is_too_large_says_what_to_do(self, monkeypatch):
        monkeypatch.setattr(branching, "MOST", 30)
        with pytest.raises(InvalidInput, match="more than 30 branches") as caught:
            found(Expand(1e-4, depth=8), small_model(1), limit=8)
        assert "`above`" in caught.value.hint

    def test_front_ends_get_the_tree_as_text(self, bench):
        def says(tokens):
            return {"a": 0.6, "b": 0.4} if tokens[-1] != ord("b") else {"a": 0.31, "b": 0.69}

        model = ScriptedModel(says)
        events = bench.run(model, "x", "expand(0.3, 2)", n=2, max_tokens=9)
        (told,) = (event for event in events if isinstance(event, Found))
        texts = []
        for token in told.tree:
            texts.append((texts[token.parent] if token.parent >= 0 else "") + token.text)
        assert sorted(texts) == ["a", "aa", "ab", "b", "ba", "bb"]
        ends = [event for event in events if isinstance(event, Finished)]
        assert [(end.text, end.reason) for end in ends] == [("aa", "done"), ("bb", "done")]


@pytest.mark.parametrize("strategy", [Enumerate(), Expand()])
def test_a_processor_that_draws_is_refused(strategy):
    with pytest.raises(InvalidInput, match="xtc changes by chance") as caught:
        strategy.check(1, [Xtc()])
    assert "stochastic_beam" in caught.value.hint
