"""A masked model of transformers behind the protocol of the playground: texts whole, no states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

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
from playground_hub.memory import HubState
from playground_hub.tokenizer import HubTokenizer


class HubMasked:
    """Reads texts of one length together, so that none needs filling up.

    Logits are cut to the tokens that the tokenizer has: what pads an embedding is not text.
    """

    offers = Need.MASKED

    def __init__(
        self,
        module: Any,
        tokenizer: HubTokenizer,
        *,
        context_length: int | None,
        device: str,
        dtype: str,
    ) -> None:
        """Raises ModelUnavailable for a tokenizer without a mask."""
        if tokenizer.mask_id is None:
            raise ModelUnavailable(
                f"the tokenizer of this {type(module).__name__} names no mask token",
                "its tokenizer_config.json has to say mask_token: get the model again",
            )
        self.tokenizer: Tokenizer = tokenizer
        self.mask_id = tokenizer.mask_id
        self.end_ids = tokenizer.end_ids
        self.context_length = context_length
        self.device = device
        self.dtype = dtype
        self._module = module
        self._rows = module.get_input_embeddings().num_embeddings

    def start(self) -> HubState:
        return HubState()

    def rewind(self, state: State, length: int) -> HubState | None:
        return self.start() if length == 0 else None

    def read(self, batch: Sequence[Read]) -> list[Reading]:
        lengths: dict[int, list[int]] = {}
        for number, read in enumerate(batch):
            self._check(read)
            lengths.setdefault(len(read.tokens), []).append(number)
        found: dict[int, Reading] = {}
        for length, numbers in lengths.items():
            logits = self._logits([batch[number].tokens for number in numbers])
            for number, rows in zip(numbers, logits, strict=True):
                kept = batch[number].logits_to_keep
                first = 0 if kept is None else max(0, length - kept)
                found[number] = Reading(rows[first:], HubState(length))
        return [found[number] for number in range(len(batch))]

    @torch.inference_mode()
    def _logits(self, texts: list[Sequence[int]]) -> np.ndarray:
        """(texts, time, vocabulary) float32."""
        ids = torch.tensor(texts, device=self._module.device)  # (texts, time)
        logits = self._module(ids, return_dict=True).logits
        array: np.ndarray = logits[:, :, : self.tokenizer.vocabulary_size].float().cpu().numpy()
        return array

    def _check(self, read: Read) -> None:
        if read.state.length or not read.tokens or read.need != Need.MASKED:
            raise InvalidInput("a masked model reads a text whole, at once, to fill its masks")
        if not 0 <= min(read.tokens) <= max(read.tokens) < self._rows:
            raise InvalidInput(f"the model has no token {max(read.tokens)}: it has {self._rows:,}")
        if self.context_length is not None and len(read.tokens) > self.context_length:
            raise PromptTooLong(
                f"{len(read.tokens):,} tokens do not fit the model's context of "
                f"{self.context_length:,}"
            )
