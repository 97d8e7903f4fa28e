"""What a layer's output would say: the final norm and the head of an architecture, found by watching it read.

transformers has no common name for the final norm. So tokens are read and every module watched: the norm is
the module that makes the last hidden state of the last block's output, and the head must make the logits of
that. Where it is otherwise (a scale or a cap behind the head, say) nothing is found, rather than something
that is nearly right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class Seen:
    """A module that ran, by its path: `model.layers.3`, `model.norm`, …"""

    path: str
    module: Any
    given: Tensor | None
    gave: Tensor | None

    @property
    def is_block(self) -> bool:
        return self.path.rpartition(".")[2].isdigit()

    @property
    def stands_alone(self) -> bool:
        """Whether it is neither in a block nor made of others."""
        inside = any(part.isdigit() for part in self.path.split("."))
        return not inside and next(self.module.children(), None) is None


@torch.inference_mode()
def find_unembedding(network: Any) -> Callable[[Tensor], Tensor] | None:
    """From hidden states (…, width) of a layer to logits (…, vocabulary); None where it is not found."""
    seen, output = _watched(network)
    head, last = network.get_output_embeddings(), output.hidden_states[-1]
    if head is None or not _near(head(last), output.logits):
        return None
    blocks = [each.gave for each in seen if each.is_block]
    if any(_same(gave, last) for gave in blocks):
        return lambda hidden: _tensor(head(hidden))  # the last block normalises by itself
    for each in reversed(seen):
        between = each.stands_alone and any(_same(each.given, gave) for gave in blocks)
        if between and _same(each.gave, last):
            return partial(_scored, each.module, head)
    return None


def _scored(norm: Any, head: Any, hidden: Tensor) -> Tensor:
    return _tensor(head(norm(hidden)))


def _watched(network: Any) -> tuple[list[Seen], Any]:
    """What ran while some tokens were read, in order, and what came of it."""
    seen: list[Seen] = []

    def note(path: str, module: Any, given: Any, gave: Any) -> None:
        seen.append(Seen(path, module, _first(given), _first(gave)))

    hooks = [
        module.register_forward_hook(partial(note, path))
        for path, module in network.named_modules()
    ]
    try:
        # Several: one may be what pads, whose embedding is nothing at all.
        tokens = torch.arange(4, device=network.device)[None]
        output = network(tokens, output_hidden_states=True, return_dict=True)
    finally:
        for hook in hooks:
            hook.remove()
    return seen, output


def _first(value: Any) -> Tensor | None:
    value = value[0] if isinstance(value, tuple | list) and value else value
    return value if isinstance(value, Tensor) else None


def _same(one: Tensor | None, other: Tensor | None) -> bool:
    if one is None or other is None or one.shape != other.shape:
        return False
    return torch.equal(one.to(other), other)


def _near(one: Tensor, other: Tensor) -> bool:
    """Whether they are the same but for the rounding of a product."""
    apart = (one.float() - other.float()).abs().max()
    return bool(apart <= 0.01 * other.float().abs().max())


def _tensor(value: Any) -> Tensor:
    found: Tensor = value
    return found
