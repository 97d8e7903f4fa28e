"""Streams of training text, and held-out text."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.api import InvalidInput
from playground_charrnn.data import Corpus, Streams, split, validation_chunks

SIZES = st.tuples(st.integers(1, 5), st.integers(1, 7), st.integers(0, 200))


def streams(rows: int, time: int, extra: int, seed: int = 3) -> Streams:
    return Streams(np.arange(rows * time + 1 + extra), rows, time, seed)


@given(SIZES, st.integers(0, 300), st.integers(0, 5))
def test_a_batch_is_a_function_of_seed_and_step(
    sizes: tuple[int, int, int], step: int, seed: int
) -> None:
    one, two = (streams(*sizes, seed=seed).batch(step) for _ in range(2))
    assert (one.inputs == two.inputs).all()
    assert one.fresh == two.fresh


@given(SIZES, st.integers(0, 300))
def test_targets_are_the_characters_that_follow(sizes: tuple[int, int, int], step: int) -> None:
    whole = streams(*sizes)
    batch = whole.batch(step)
    assert batch.inputs.shape == batch.targets.shape == sizes[:2]
    assert (batch.targets == (batch.inputs + 1) % len(whole.ids)).all()


@given(SIZES, st.integers(0, 300))
def test_rows_go_on_where_they_stopped_until_a_pass_ends(
    sizes: tuple[int, int, int], step: int
) -> None:
    whole = streams(*sizes)
    now, then = whole.batch(step), whole.batch(step + 1)
    assert then.fresh == ((step + 1) % whole.steps_per_pass == 0)
    if not then.fresh:
        assert (then.inputs[:, 0] == now.targets[:, -1]).all()


@given(SIZES)
def test_a_pass_reads_no_character_twice(sizes: tuple[int, int, int]) -> None:
    whole = streams(*sizes)
    read = np.concatenate([whole.batch(s).inputs.ravel() for s in range(whole.steps_per_pass)])
    assert len(set(read.tolist())) == len(read)
    assert len(read) > len(whole.ids) - 1 - whole.rows * whole.time


def test_a_text_too_short_for_one_step_is_refused_with_numbers() -> None:
    with pytest.raises(InvalidInput, match=r"has 12 characters .* one step reads 13 \(3 rows of 4"):
        Streams(np.arange(12), rows=3, time=4, seed=0)


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 400), st.integers(1, 9), st.integers(0, 30), st.integers(1, 20))
def test_every_held_out_character_but_the_first_is_scored_once(
    size: int, rows: int, lead: int, time: int
) -> None:
    chunks = list(validation_chunks(np.arange(size), rows=rows, lead=lead, time=time))
    scored = np.concatenate([chunk.targets[chunk.counted] for chunk in chunks])
    assert sorted(scored.tolist()) == list(range(1, size))
    for chunk in chunks:
        assert (chunk.targets == chunk.inputs + 1)[chunk.counted].all()


def test_the_end_of_the_text_is_held_out() -> None:
    training, validation = split(np.arange(100), 0.1)
    assert training.tolist() == list(range(90))
    assert validation.tolist() == list(range(90, 100))


def test_a_text_too_short_to_validate_on_is_refused() -> None:
    with pytest.raises(InvalidInput, match="too short to validate on"):
        split(np.arange(10), 0.1)


def test_files_are_read_in_order_as_one_text(tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_bytes("é\r\n".encode())
    two.write_bytes(b"z")
    corpus = Corpus.read([one, two])
    assert corpus.text == "é\r\nz"
    assert corpus.names == ("one.txt", "two.txt")
    assert corpus.sha256 == hashlib.sha256("é\r\nz".encode()).hexdigest()


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"nowhere\.txt cannot be read: No such file"):
        Corpus.read([tmp_path / "nowhere.txt"])
    (tmp_path / "latin").write_bytes(b"ab\xe9c")
    with pytest.raises(InvalidInput, match=r"latin is not UTF-8: byte 0xe9 at offset 2"):
        Corpus.read([tmp_path / "latin"])
    with pytest.raises(InvalidInput, match="no text"):
        Corpus.read([])
