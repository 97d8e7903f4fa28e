"""Beam search gives the tokens of transformers' `generate` on tiny random GPT-1 and GPT-2 models."""

from hypothesis import given, settings
from hypothesis import strategies as st

from playground.testing import decode
from playground_sampling.bans import NoRepeatNGram
from playground_sampling.penalties import RepetitionPenalty
from playground_sampling.strategies import Greedy
from playground_sampling.temperature import Temperature
from playground_search.beam import Beam

prompts = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=6)
# Many ends, so that beams fill with finished texts and the stopping rules are what decides.
endings = st.one_of(
    st.sets(st.integers(0, 26), max_size=3), st.sets(st.integers(0, 26), min_size=6, max_size=12)
)


@settings(max_examples=100)
@given(
    prompt=prompts,
    ends=endings,
    limit=st.integers(1, 20),
    width=st.integers(2, 5),
    length_penalty=st.sampled_from([-2.0, -0.5, 0.0, 0.7, 1.0, 2.0]),
    early_stopping=st.sampled_from([False, True, "never"]),
)
def test_beam_is_that_of_transformers(
    prompt, ends, limit, width, length_penalty, early_stopping, ours, generate
):
    expected = generate(
        prompt,
        ends,
        limit,
        num_beams=width,
        length_penalty=length_penalty,
        early_stopping=early_stopping,
    )
    beam = Beam(width, length_penalty, early_stopping)
    assert decode(beam, ours(ends), prompt, limit=limit).tokens == expected


@settings(max_examples=20)
@given(
    prompt=prompts,
    ends=endings,
    width=st.integers(2, 5),
    penalty=st.sampled_from([1.0, 1.3, 2.0]),
    ngram=st.sampled_from([2, 3]),
)
def test_processors_work_in_a_beam_as_in_transformers(
    prompt, ends, width, penalty, ngram, ours, generate
):
    expected = generate(
        prompt,
        ends,
        10,
        num_beams=width,
        repetition_penalty=penalty,
        no_repeat_ngram_size=ngram,
    )
    # The order in which transformers applies them.
    stages = [RepetitionPenalty(penalty), NoRepeatNGram(ngram)]
    assert decode(Beam(width), ours(ends), prompt, processors=stages, limit=10).tokens == expected


@settings(max_examples=12)
@given(prompt=prompts, ends=endings, penalty=st.sampled_from([1.0, 1.5]))
def test_greedy_is_that_of_transformers_and_so_is_a_beam_of_one(
    prompt, ends, penalty, ours, generate
):
    expected = generate(prompt, ends, 12, num_beams=1, repetition_penalty=penalty)
    for strategy in (Greedy(), Beam(1), Beam(1, early_stopping="never")):
        stages = [RepetitionPenalty(penalty), Temperature(0.5)]
        tokens = decode(strategy, ours(ends), prompt, processors=stages, limit=12).tokens
        assert tokens == expected
