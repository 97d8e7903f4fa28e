"""Packing: every example once, no sequence too long, and each way keeps its own rule."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground_train.data.packing import PACKERS, pack

CAPACITY = 12
LENGTHS = st.lists(st.integers(1, CAPACITY), max_size=60)


@pytest.mark.parametrize("how", PACKERS)
@settings(deadline=None)
@given(lengths=LENGTHS)
def test_every_example_is_packed_once_and_fits(how: str, lengths: list[int]) -> None:
    packed = pack(lengths, CAPACITY, how)
    assert sorted(index for sequence in packed for index in sequence) == list(range(len(lengths)))
    assert all(sum(lengths[i] for i in sequence) <= CAPACITY for sequence in packed)
    assert all(sequence == sorted(sequence) and sequence for sequence in packed)


@settings(deadline=None)
@given(LENGTHS)
def test_the_ways_are_what_their_names_say_in_the_literature(lengths: list[int]) -> None:
    assert pack(lengths, CAPACITY, "next-fit") == plainly(lengths, lambda rooms: [len(rooms) - 1])
    assert pack(lengths, CAPACITY, "first-fit") == plainly(lengths, lambda rooms: range(len(rooms)))
    best = pack(lengths, CAPACITY, "best-fit")
    fullest = plainly(lengths, lambda rooms: sorted(range(len(rooms)), key=lambda i: rooms[i]))
    # Among equally full sequences any may be taken, so only their fillings are alike.
    assert sorted(sum(lengths[i] for i in s) for s in best) == sorted(
        sum(lengths[i] for i in s) for s in fullest
    )


def plainly(lengths, order) -> list[list[int]]:
    """The definition: the first in `order` with room, else a new sequence."""
    packed: list[list[int]] = []
    rooms: list[int] = []
    for index, length in enumerate(lengths):
        place = next((p for p in order(rooms) if rooms and rooms[p] >= length), None)
        if place is None:
            packed.append([])
            rooms.append(CAPACITY)
            place = len(rooms) - 1
        packed[place].append(index)
        rooms[place] -= length
    return packed


@pytest.mark.parametrize("length", [0, CAPACITY + 1])
def test_what_cannot_fit_is_the_callers_mistake(length: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 12"):
        pack([length], CAPACITY, "best-fit")
