"""What a step reads: a pure function of the seed and the number of the batch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.api import InvalidInput
from playground_train.data.batches import IGNORED, Packed, Streams, Windows

SIZES = st.tuples(st.integers(1, 5), st.integers(1, 7), st.integers(0, 200))
STEPS = st.integers(0, 300)


def streams(rows: int, time: int, extra: int, seed: int = 3) -> Streams:
    return Streams(np.arange(rows * time + 1 + extra), rows, time, seed)


def windows(rows: int, time: int, extra: int, seed: int = 3, stride: int = 0) -> Windows:
    stride = stride or time
    return Windows(np.arange(time + rows * stride + extra), rows, time, stride, seed)


@pytest.mark.parametrize("make", [streams, windows])
@settings(deadline=None)
@given(sizes=SIZES, step=STEPS, seed=st.integers(0, 5))
def test_a_batch_is_a_function_of_seed_and_number(make, sizes, step, seed) -> None:
    one = make(*sizes, seed=seed).batch(step)
    other = make(*sizes, seed=seed)
    other.batch(step + 1)
    two = other.batch(step)
    assert (one.inputs == two.inputs).all()
    assert one.fresh == two.fresh


@settings(deadline=None)
@given(SIZES, STEPS)
def test_targets_are_the_tokens_that_follow(sizes: tuple[int, int, int], step: int) -> None:
    whole = streams(*sizes)
    batch = whole.batch(step)
    assert batch.inputs.shape == batch.targets.shape == sizes[:2]
    assert (batch.targets == (batch.inputs + 1) % len(whole.ids)).all()
    batch = windows(*sizes).batch(step)
    assert (batch.targets == batch.inputs + 1).all()


@settings(deadline=None)
@given(SIZES, STEPS)
def test_rows_go_on_where_they_stopped_until_a_pass_ends(
    sizes: tuple[int, int, int], step: int
) -> None:
    whole = streams(*sizes)
    now, then = whole.batch(step), whole.batch(step + 1)
    assert then.fresh == ((step + 1) % whole.per_pass == 0)
    if not then.fresh:
        assert (then.inputs[:, 0] == now.targets[:, -1]).all()


@pytest.mark.parametrize("make", [streams, windows])
@settings(deadline=None)
@given(sizes=SIZES)
def test_a_pass_reads_no_token_twice_and_leaves_out_less_than_a_batch(make, sizes) -> None:
    rows, time, _ = sizes
    whole = make(*sizes)
    read = np.concatenate([whole.batch(s).inputs.ravel() for s in range(whole.per_pass)])
    assert len(set(read.tolist())) == len(read)
    assert len(read) > len(whole.ids) - 1 - (rows + 1) * time


@settings(deadline=None)
@given(SIZES, st.integers(1, 9))
def test_windows_begin_a_stride_apart(sizes: tuple[int, int, int], stride: int) -> None:
    whole = windows(*sizes, stride=stride)
    firsts = np.sort(np.concatenate([whole.batch(s).inputs[:, 0] for s in range(whole.per_pass)]))
    assert (np.diff(firsts) % stride == 0).all()
    assert (np.diff(firsts) > 0).all()


@pytest.mark.parametrize("kind", [Streams, Windows])
def test_a_text_too_short_for_one_batch_is_refused_with_numbers(kind) -> None:
    stride = (4,) if kind is Windows else ()
    with pytest.raises(InvalidInput, match=r"has 12 tokens .* one batch reads 13 \(3 rows of 4"):
        kind(np.arange(12), 3, 4, *stride, seed=0)


JOKES = [[np.array([1, 2, 3]), np.array([4, 5])], [np.array([6, 7])]]


def test_packed_examples_follow_each_other_and_padding_is_not_scored() -> None:
    batch = Packed(JOKES, rows=2, seed=0, isolated=False).batch(0)
    rows = {tuple(i): tuple(t) for i, t in zip(batch.inputs, batch.targets, strict=True)}
    assert rows == {
        (1, 2, 3, 4): (2, 3, 4, 5),
        (6, 7, 0, 0): (7, IGNORED, IGNORED, IGNORED),
    }
    assert batch.segments is None
    assert batch.counted == 5


def test_isolated_examples_are_told_apart_and_no_first_token_is_guessed() -> None:
    batch = Packed(JOKES, rows=2, seed=0, isolated=True).batch(0)
    assert batch.segments is not None
    rows = {tuple(i): (tuple(t), tuple(s)) for i, t, s in zip(
        batch.inputs, batch.targets, batch.segments, strict=True
    )}  # fmt: skip
    assert rows[1, 2, 3, 4] == ((2, 3, IGNORED, 5), (0, 0, 0, 1))
    assert rows[6, 7, 0, 0] == ((7, IGNORED, IGNORED, IGNORED), (0, 0, -1, -1))


def test_too_few_sequences_for_a_batch_are_refused() -> None:
    with pytest.raises(InvalidInput, match="fill 2 sequences, and a batch has 3"):
        Packed(JOKES, rows=3, seed=0, isolated=False)
