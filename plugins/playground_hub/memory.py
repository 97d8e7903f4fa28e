"""What a model of transformers remembers, held as a value.

Attention layers of transformers grow by making new tensors, so a shallow copy keeps the old state
whole; anything else may write into its tensors and is copied through. Knows no model.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor
from transformers import Cache
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

GROWING = (DynamicLayer, DynamicSlidingWindowLayer)


@dataclass(frozen=True, slots=True)
class HubState:
    """Having read `length` tokens; `cache` is None where nothing was read."""

    length: int = 0
    cache: Any = None
    nbytes: int = 0


def state_of(cache: Any, length: int) -> HubState:
    return HubState(length, cache, sum(tensor.nbytes for tensor in _tensors(cache, set())))


def is_attention(cache: Any) -> bool:
    """Whether every layer only appends keys and values, so that many tokens can be read at once.

    Recurrent layers of transformers start a text of several tokens from nothing, whatever they
    have read before.
    """
    return isinstance(cache, Cache) and all(type(layer) in GROWING for layer in cache.layers)


def sees_everything(cache: Any) -> bool:
    """Whether every layer keeps all that was read, without a window."""
    return isinstance(cache, Cache) and all(type(layer) is DynamicLayer for layer in cache.layers)


def copied(cache: Any) -> Any:
    """A copy that a model may extend without changing `cache`."""
    if not is_attention(cache):
        return copy.deepcopy(cache)
    twin = copy.copy(cache)
    twin.layers = [copy.copy(layer) for layer in cache.layers]
    return twin


def cropped(cache: Any, surplus: int) -> Any | None:
    """A copy without the last `surplus` tokens; None where they cannot be un-read."""
    if not sees_everything(cache):
        return None
    twin = copied(cache)
    twin.crop(-surplus)
    return twin


def _tensors(value: Any, seen: set[int]) -> Iterator[Tensor]:
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, Tensor):
        yield value
        return
    if isinstance(value, dict):
        inner: Any = value.values()
    elif isinstance(value, list | tuple):
        inner = value
    else:
        inner = vars(value).values() if hasattr(value, "__dict__") else ()
    for part in inner:
        yield from _tensors(part, seen)
