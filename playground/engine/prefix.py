"""What has been read need not be read again: the longest known prefix of a prompt, bounded in bytes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from numpy import ndarray

from playground.api.model import LanguageModel, Reading, State

if TYPE_CHECKING:
    from playground.engine.prefill import Prefill

# A lookup compares with every entry.
MOST_ENTRIES = 64

Key = tuple[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Known:
    """A prefix that needs no reading: its state, and the logits (1, vocabulary) after its last token."""

    # Held, so that no other model can come to stand at its address while its states are known by that.
    model: LanguageModel
    state: State
    logits: ndarray | None
    """None where the state was rewound: its last token's logits are gone."""

    @property
    def nbytes(self) -> int:
        return self.state.nbytes + (0 if self.logits is None else self.logits.nbytes)


class PrefixCache:
    """States by model and the tokens they have read; the least recently used go first."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        """Bytes that the states may hold together."""
        self.under_way: dict[Key, Prefill] = {}
        """Prompts that are being read now."""
        self._known: OrderedDict[Key, Known] = OrderedDict()

    @property
    def nbytes(self) -> int:
        return sum(known.nbytes for known in self._known.values())

    def bytes_of(self, model: LanguageModel) -> int:
        """Bytes of the states of one model."""
        return sum(known.nbytes for known in self._known.values() if known.model is model)

    def reads(self, model: LanguageModel, ids: tuple[int, ...]) -> bool:
        """Whether somebody is just reading `ids`."""
        return (id(model), ids) in self.under_way

    def forget(self, model: LanguageModel) -> None:
        """Let go of a model's states."""
        for key in [key for key, known in self._known.items() if known.model is model]:
            del self._known[key]

    def __len__(self) -> int:
        return len(self._known)

    def find(self, model: LanguageModel, ids: tuple[int, ...]) -> Known:
        """The longest known prefix of `ids`, at least one token short of it unless its logits are known."""
        best, best_key = Known(model, model.start(), None), None
        for key, known in self._known.items():
            if key[0] != id(model):
                continue
            found = self._reuse(model, known, shared_length(key[1], ids), len(ids))
            if found is not None and found.state.length > best.state.length:
                best, best_key = found, key
        if best_key is not None:
            self._known.move_to_end(best_key)
        return best

    @staticmethod
    def _reuse(model: LanguageModel, known: Known, shared: int, wanted: int) -> Known | None:
        if shared == known.state.length and (shared < wanted or known.logits is not None):
            return known
        length = min(shared, wanted - 1)
        state = model.rewind(known.state, length) if length > 0 else None
        return None if state is None else Known(model, state, None)

    def keep(self, model: LanguageModel, ids: tuple[int, ...], reading: Reading) -> None:
        """Remember having read `ids`; forget what can be had by rewinding this, then the oldest."""
        state = reading.state
        if not ids or state.nbytes > self.limit:
            return
        for key in list(self._known):
            old = key[1]
            inside = key[0] == id(model) and len(old) < len(ids) and ids[: len(old)] == old
            if inside and model.rewind(state, len(old)) is not None:
                del self._known[key]
        key = (id(model), ids)
        self._known[key] = Known(model, state, reading.logits[-1:].copy())
        self._known.move_to_end(key)
        while self.nbytes > self.limit or len(self._known) > MOST_ENTRIES:
            self._known.popitem(last=False)


def shared_length(one: tuple[int, ...], two: tuple[int, ...]) -> int:
    """Length of the longest common prefix, by bisection over slices compared in C."""
    low, high = 0, min(len(one), len(two))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == two[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
