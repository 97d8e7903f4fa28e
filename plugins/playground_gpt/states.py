"""What a GPT remembers, as values: the first positions of a log of keys and values that states share.

A state at the log's tip appends in place; any other copies its prefix into a log of its own first. So going
on costs nothing, a fork costs one copy, and rewinding is a new handle. How a log is laid
out is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar

from playground.api import InvalidInput, PlaygroundError, Read, State
from playground_gpt.architecture import Architecture

FIRST_CAPACITY = 64


class Log(Protocol):
    """Room for the keys and values of `capacity` positions, filled up to `tip`, of one model."""

    tip: int

    @property
    def layout(self) -> object:
        """How the logs of one model look: the same object for all of them, and for no other model's."""

    @property
    def capacity(self) -> int: ...

    @property
    def nbytes(self) -> int: ...

    def copied(self, length: int, capacity: int) -> Self:
        """A log with at least this capacity that begins with the first `length` positions of this one."""

    def become(self, other: Self) -> None:
        """Take the buffers of `other`, a copy with more room: who shares this log shares them too."""


L = TypeVar("L", bound=Log)


@dataclass(frozen=True, slots=True, eq=False)
class GptState(Generic[L]):
    """The first `length` positions of a log. A value: what it stands for never changes."""

    log: L
    length: int

    @property
    def nbytes(self) -> int:
        """Bytes of the log, all of which this state keeps alive, shared or not."""
        return self.log.nbytes

    def extended(self, count: int, limit: int) -> GptState[L]:
        """A state with `count` more positions, claimed in the log but not yet written; at most `limit`."""
        length = self.length + count
        log = self.log
        if log.tip != self.length or log.capacity < length:
            grown = log.copied(self.length, min(_doubled(length), limit))
            if log.tip == self.length:
                log.become(grown)
            else:
                log = grown
        log.tip = length
        return GptState(log, length)


def _doubled(length: int) -> int:
    capacity = FIRST_CAPACITY
    while capacity < length:
        capacity *= 2
    return capacity


def rewound(state: GptState[L], length: int) -> GptState[L]:
    """The state after its first `length` tokens. Raises PlaygroundError where it has not as many."""
    if not 0 <= length <= state.length:
        raise PlaygroundError(f"cannot rewind a state of {state.length} tokens to {length}")
    return GptState(state.log, length)


def own(state: State, layout: object) -> GptState[Any]:
    """`state`, if it is of the model whose logs have this layout. Raises PlaygroundError."""
    if not isinstance(state, GptState) or state.log.layout is not layout:
        raise PlaygroundError(
            f"a GPT cannot read on from a state of another model ({type(state).__name__})"
        )
    return state


def check_reads(batch: Sequence[Read], architecture: Architecture) -> list[int]:
    """The tokens of all reads, one after the other.

    Raises PlaygroundError for tokens beyond the context, and InvalidInput for no tokens or for ids that the
    vocabulary lacks.
    """
    ids: list[int] = []
    for read in batch:
        if not len(read.tokens):
            raise InvalidInput("nothing to read: a read takes at least one token")
        length = read.state.length + len(read.tokens)
        if length > architecture.positions:
            raise PlaygroundError(
                f"the context holds {architecture.positions} tokens, and {length} were to be read",
                "shorten the prompt, ask for fewer tokens, or use --fit",
            )
        ids.extend(read.tokens)
    if min(ids) < 0 or max(ids) >= architecture.vocabulary:
        wrong = next(i for i in ids if not 0 <= i < architecture.vocabulary)
        raise InvalidInput(
            f"no token {wrong}: ids of this model are 0 to {architecture.vocabulary - 1}"
        )
    return ids
