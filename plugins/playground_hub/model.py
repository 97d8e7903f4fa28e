"""A causal model of transformers behind the protocol of the playground: reads, states, rewinding."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy import ndarray

from playground.api import (
    InvalidInput,
    ModelUnavailable,
    Need,
    PromptTooLong,
    Read,
    Reading,
    State,
    Tokenizer,
)
from playground_hub.memory import (
    HubState,
    copied,
    cropped,
    is_attention,
    sees_everything,
    state_of,
)
from playground_hub.tokenizer import HubTokenizer
from playground_hub.unembedding import find_unembedding

# Under which name the families take and return what they remember.
SLOTS = ("past_key_values", "cache_params", "state")


class HubModel:
    """Reads one row at a time.

    Logits are cut to the tokens that the tokenizer has: what pads an embedding is not text. The last
    of the hidden states has passed the final norm, as transformers gives it.
    """

    def __init__(
        self,
        module: Any,
        tokenizer: HubTokenizer,
        *,
        context_length: int | None,
        device: str,
        dtype: str,
    ) -> None:
        self.tokenizer: Tokenizer = tokenizer
        self.context_length = context_length
        self.device = device
        self.dtype = dtype
        self._module = module
        accepted = inspect.signature(module.forward).parameters
        self._slot = next((slot for slot in SLOTS if slot in accepted), "")
        self._keeps = "logits_to_keep" in accepted
        self._rows = module.get_input_embeddings().num_embeddings
        self.offers = self._probe()

    def start(self) -> HubState:
        return HubState()

    def read(self, batch: Sequence[Read]) -> list[Reading]:
        return [self._read(read) for read in batch]

    def rewind(self, state: State, length: int) -> HubState | None:
        state = _own(state)
        if not 0 <= length <= state.length:
            raise InvalidInput(f"cannot rewind {state.length} tokens to {length}")
        if length == state.length:
            return state
        if length == 0:
            return self.start()
        cache = cropped(state.cache, state.length - length)
        return None if cache is None else state_of(cache, length)

    @torch.inference_mode()
    def unembed(self, hidden: ndarray) -> ndarray:
        """Logits of a layer's output, from before the last layer; see `playground.api.Unembeds`.

        Raises InvalidInput for an architecture in which the final norm and the head are not found.
        """
        rows = torch.from_numpy(hidden).to(self._module.device, self._module.dtype)
        return _array(self._unembedding(rows)[:, : self.tokenizer.vocabulary_size])

    @cached_property
    def _unembedding(self) -> Callable[[torch.Tensor], torch.Tensor]:
        found = find_unembedding(self._module)
        if found is None:
            raise InvalidInput(
                f"what a layer of {type(self._module).__name__} would say cannot be told: its final norm "
                "and its head are not where they are looked for",
                "take another model, or a strategy that needs no layers",
            )
        return found

    def _probe(self) -> Need:
        """What the model offers, seen from how it reads a token. Refuses one that is not causal."""
        start = self.start()
        cache = _own(self._read(Read(start, (0,))).state).cache if self._slot else None
        if cache is None:
            raise ModelUnavailable(
                f"{type(self._module).__name__} remembers nothing of what it has read: "
                "it does not continue text",
                "playground models list",
            )
        attends = self._slot == "past_key_values" and sees_everything(cache)
        return Need.LOGITS | Need.HIDDEN | Need.ATTENTION if attends else Need.LOGITS

    def _read(self, read: Read) -> Reading:
        state = _own(read.state)
        self._check(state, read.tokens)
        if state.length and len(read.tokens) > 1 and not is_attention(state.cache):
            return self._read_one_by_one(read)
        return self._forward(state, read)

    def _read_one_by_one(self, read: Read) -> Reading:
        state, rows = _own(read.state), []
        for token in read.tokens:
            reading = self._forward(state, Read(state, (token,)))
            state = _own(reading.state)
            rows.append(reading.logits)
        logits = np.concatenate(rows)
        return Reading(logits[len(rows) - _kept(read) :], state)

    @torch.inference_mode()
    def _forward(self, state: HubState, read: Read) -> Reading:
        kept = _kept(read)
        # To transformers 0 means all.
        asked: dict[str, Any] = {"logits_to_keep": max(kept, 1)} if self._keeps else {}
        if state.cache is not None:
            asked[self._slot] = copied(state.cache)
        if Need.HIDDEN in read.need:
            asked["output_hidden_states"] = True
        with self._attending(Need.ATTENTION in read.need) as attending:
            ids = torch.tensor([read.tokens], device=self._module.device)
            output = self._module(ids, use_cache=True, return_dict=True, **asked, **attending)
        cache = getattr(output, self._slot)
        logits = output.logits[0, :, : self.tokenizer.vocabulary_size]
        return Reading(
            logits=_array(logits[logits.shape[0] - kept :]),
            state=state_of(cache, state.length + len(read.tokens)),
            hidden=_stacked(output.hidden_states) if Need.HIDDEN in read.need else None,
            attention=_stacked(output.attentions) if attending else None,
        )

    @contextmanager
    def _attending(self, wanted: bool) -> Iterator[dict[str, bool]]:
        """The slower kernels that tell what attends to what, for as long as they are needed."""
        if not wanted:
            yield {}
            return
        usual = self._module.config._attn_implementation
        self._module.set_attn_implementation("eager")
        try:
            yield {"output_attentions": True}
        finally:
            self._module.set_attn_implementation(usual)

    def _check(self, state: HubState, tokens: Sequence[int]) -> None:
        if not tokens:
            raise InvalidInput("a model must be given at least one token to read")
        if not 0 <= min(tokens) <= max(tokens) < self._rows:
            raise InvalidInput(f"the model has no token {max(tokens)}: it has {self._rows:,}")
        length = state.length + len(tokens)
        if self.context_length is not None and length > self.context_length:
            raise PromptTooLong(
                f"{length:,} tokens do not fit the model's context of {self.context_length:,}"
            )


def _own(state: State) -> HubState:
    if not isinstance(state, HubState):
        raise InvalidInput(f"{type(state).__name__} is no state of this model")
    return state


def _kept(read: Read) -> int:
    time = len(read.tokens)
    return time if read.logits_to_keep is None else min(read.logits_to_keep, time)


def _array(tensor: torch.Tensor) -> ndarray:
    array: ndarray = tensor.float().cpu().numpy()
    return array


def _stacked(layers: Sequence[torch.Tensor]) -> ndarray:
    """(layers, …) of the only row, on the CPU; layers may lie on different devices."""
    return np.stack([_array(layer[0]) for layer in layers])
