"""Short examples packed into long sequences, so that little of a batch is padding (bin packing).

Three classic ways in the order that examples come in. next-fit, which joke fine-tuning scripts use, looks
only at the sequence in hand; first-fit takes the earliest sequence with room, best-fit the fullest one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence


def pack(lengths: Sequence[int], capacity: int, how: str) -> list[list[int]]:
    """Indices of the examples of each sequence; every length is at least 1 and at most `capacity`."""
    if any(not 0 < length <= capacity for length in lengths):
        raise ValueError(f"every length must be from 1 to {capacity}")
    return PACKERS[how](lengths, capacity)


def _alone(lengths: Sequence[int], capacity: int) -> list[list[int]]:
    return [[index] for index in range(len(lengths))]


def _next_fit(lengths: Sequence[int], capacity: int) -> list[list[int]]:
    packed: list[list[int]] = []
    room = 0
    for index, length in enumerate(lengths):
        if length > room:
            packed.append([])
            room = capacity
        packed[-1].append(index)
        room -= length
    return packed


def _first_fit(lengths: Sequence[int], capacity: int) -> list[list[int]]:
    """By a tree whose nodes know the largest room below them: n log n instead of n squared."""
    leaves = 1
    while leaves < len(lengths):
        leaves *= 2
    room = [capacity] * (2 * leaves)
    packed: list[list[int]] = []
    for index, length in enumerate(lengths):
        node = 1
        while node < leaves:
            node = 2 * node if room[2 * node] >= length else 2 * node + 1
        if node - leaves == len(packed):
            packed.append([])
        packed[node - leaves].append(index)
        room[node] -= length
        while node > 1:
            node //= 2
            room[node] = max(room[2 * node], room[2 * node + 1])
    return packed


def _best_fit(lengths: Sequence[int], capacity: int) -> list[list[int]]:
    packed: list[list[int]] = []
    by_room: list[list[int]] = [[] for _ in range(capacity + 1)]  # sequences by their room
    for index, length in enumerate(lengths):
        room = next((r for r in range(length, capacity + 1) if by_room[r]), None)
        if room is None:
            packed.append([])
            place, room = len(packed) - 1, capacity
        else:
            place = by_room[room].pop()
        packed[place].append(index)
        by_room[room - length].append(place)
    return packed


PACKERS: dict[str, Callable[[Sequence[int], int], list[list[int]]]] = {
    "none": _alone,
    "next-fit": _next_fit,
    "first-fit": _first_fit,
    "best-fit": _best_fit,
}
