"""Runs side by side: which events are whose, and where runs with the same noise part ways."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from playground.api import Drafted, Finished, GenerationRequest, Started, Token
from playground.session.comparison import SideBySide

TEXTS = st.lists(st.text("ab", max_size=8), min_size=2, max_size=5)


def request(chain="sample", *, n=1, seed=7):
    return GenerationRequest(prompt="x", model="m", chain=chain, n=n, seed=seed)


def started(sequence=0, tokenizer="t"):
    return Started(
        sequence=sequence, model="m", chain="c", seed=7, prompt_tokens=1, cached_tokens=0,
        device="cpu", dtype="float32", model_hash="", tokenizer_hash=tokenizer, versions={},
    )  # fmt: skip


def token(text, index, sequence=0, id_=None):
    return Token(
        sequence=sequence, index=index, id=ord(text[0]) if id_ is None else id_, text=text,
        bytes=tuple(text.encode()), logprob=-0.5, rank=0, entropy=0.1, alternatives=(),
        raw_logprob=-1.0, raw_rank=2, raw_entropy=0.2, raw_alternatives=(),
    )  # fmt: skip


def finished(text, sequence=0):
    return Finished(
        sequence=sequence, reason="length", text=text, tokens=len(text), seconds=2.0, seed=7,
        prompt_tokens=1,
    )  # fmt: skip


def said(side, texts):
    """Every request says its text, the tokens of all of them in turn."""
    for which in range(len(texts)):
        side.take(which, started())
    for index in range(max(map(len, texts))):
        for which, text in enumerate(texts):
            if index < len(text):
                side.take(which, token(text[index], index))
    for which, text in enumerate(texts):
        side.take(which, finished(text))
    return side


@given(TEXTS)
def test_runs_part_where_two_of_them_first_say_something_else(texts):
    side = said(SideBySide([(text, request(str(n))) for n, text in enumerate(texts)]), texts)
    places = [
        index
        for one, two in combinations(texts, 2)
        for index, (a, b) in enumerate(zip(one, two, strict=False))
        if a != b
    ]
    found = side.divergence()
    assert (found.index if found else None) == min(places, default=None)
    if found:
        there = [run.text for run, _ in found.tokens]
        assert there == [text for text in texts if len(text) > found.index]
        assert all(run.tokens[found.index] is token for run, token in found.tokens)
    assert [run.text for run in side.runs] == texts
    assert all(run.finished for run in side.runs)


def test_only_runs_with_the_same_noise_are_compared():
    side = SideBySide([("a", request("a", n=2)), ("b", request("b", n=2))])
    assert [run.name for run in side.runs] == ["a #1", "a #2", "b #1", "b #2"]
    for which in (0, 1):
        for sequence, text in enumerate(["xy", "pq"]):
            side.take(which, started(sequence))
            for index, letter in enumerate(text):
                other = "z" if (which, sequence, index) == (1, 1, 1) else letter
                side.take(which, token(other, index, sequence))
    found = side.divergence()
    assert (found.index, found.sequence) == (1, 1)
    assert len(found.tokens) == 4
    assert side.partings() == [None, 1, None, 1]


def test_samples_of_one_chain_are_compared_with_each_other():
    for requests in ([("a", request(n=2))], [("a", request(seed=1)), ("b", request(seed=2))]):
        side = SideBySide(requests)
        for number, run in enumerate(side.runs):
            which = 0 if len(requests) == 1 else number
            side.take(which, started(run.sequence))
            side.take(which, token("pq"[number], 0, run.sequence))
        assert side.divergence().index == 0


def test_tokens_of_different_vocabularies_are_compared_by_what_they_spell():
    side = SideBySide([("a", request("a")), ("b", request("b"))])
    for which, vocabulary in enumerate(["one", "two"]):
        side.take(which, started(tokenizer=vocabulary))
        side.take(which, token("the", 0, id_=which))
    assert side.divergence() is None
    side.take(0, token(" fox", 1))
    side.take(1, token(" f", 1))
    assert side.divergence().index == 1


def test_a_draft_is_part_of_no_text_and_gives_way_to_what_is_said():
    side = SideBySide([("a", request("a")), ("b", request("b"))])
    side.take(0, started())
    run = side.take(0, Drafted(sequence=0, ids=(1, 2), text="pq"))
    assert (run.text, run.draft) == ("", "pq")
    side.take(0, token("p", 0))
    assert (run.text, run.draft) == ("p", "q")
    side.take(0, finished("p"))
    assert (run.text, run.draft) == ("p", "")


def test_the_figures_are_of_what_was_said():
    side = said(SideBySide([("a", request("a")), ("b", request("b"))]), ["abab", ""])
    full, empty = (run.figures for run in side.runs)
    assert (full.tokens, full.tokens_per_second, full.mean_rank) == (4, 2.0, 2.0)
    assert (full.distinct_1, full.distinct_2, full.repetition) == (0.5, 2 / 3, 0.0)
    assert round(full.perplexity, 4) == 2.7183
    assert (empty.tokens, empty.tokens_per_second, empty.perplexity) == (0, 0.0, None)
