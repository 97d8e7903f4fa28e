"""One decoder for GPT-1 and GPT-2: reads ragged batches of tokens after states that are values.

The tokens of a batch are laid end to end, so that every linear layer is one product over all of them and
nothing is padded; only attention looks at one row of the batch at a time. Reading a prompt, decoding a
token and verifying a draft are the same code. Knows nothing of files, nor of how a product is computed.

Radford et al. 2018, "Improving language understanding by generative pre-training" (GPT-1, post-norm);
Radford et al. 2019, "Language models are unsupervised multitask learners" (GPT-2, pre-norm).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from numpy import ndarray
from torch import Tensor
from torch.nn import functional

from playground.api import LabelHead, Need, Read, Reading, State, Tokenizer
from playground_gpt.architecture import Architecture
from playground_gpt.on_torch.batch import Row, spans
from playground_gpt.on_torch.cache import Layout, Log
from playground_gpt.on_torch.layers import ACTIVATIONS, Block, Parts
from playground_gpt.states import GptState, check_reads, own, rewound


class GptModel:
    """A GPT that is ready to read, in torch. Implements `playground.api.LanguageModel`."""

    offers = Need.LOGITS | Need.HIDDEN | Need.ATTENTION
    label_head: LabelHead | None = None

    def __init__(
        self,
        architecture: Architecture,
        parts: Parts,
        layout: Layout,
        tokenizer: Tokenizer,
        dtype: str,
    ) -> None:
        self.tokenizer = tokenizer
        self.context_length: int | None = architecture.positions
        self.device = str(layout.device)
        self.dtype = dtype
        self.architecture = architecture
        self._parts = parts
        self._layout = layout
        self._activate = ACTIVATIONS[architecture.activation]

    def start(self) -> State:
        return self._layout.start()

    def rewind(self, state: State, length: int) -> State | None:
        return rewound(own(state, self._layout), length)

    @torch.inference_mode()
    def unembed(self, hidden: ndarray) -> ndarray:
        """Logits of a layer's output; see `playground.api.Unembeds`."""
        return self._score(torch.from_numpy(hidden).to(self._layout.device))

    @torch.inference_mode()
    def read(self, batch: Sequence[Read]) -> list[Reading]:
        """Read every row of the batch; see `playground.api.LanguageModel`.

        Raises PlaygroundError for tokens beyond the context, and InvalidInput for no tokens or for ids
        that the vocabulary lacks, before any state is touched.
        """
        if not batch:
            return []
        states = [own(read.state, self._layout) for read in batch]
        ids = check_reads(batch, self.architecture)
        rows = self._rows(batch, states)
        x = self._decode(rows, self._embed(ids, rows))
        return self._readings(rows, x)

    def _rows(self, batch: Sequence[Read], states: list[GptState[Log]]) -> list[Row]:
        rows, offset = [], 0
        for read, state in zip(batch, states, strict=True):
            extended = state.extended(len(read.tokens), self.architecture.positions)
            row = Row(read, extended, offset)
            offset = row.span.stop
            rows.append(row)
        return rows

    def _embed(self, ids: list[int], rows: list[Row]) -> Tensor:
        places = [place for row in rows for place in range(row.start, row.state.length)]
        index = torch.tensor((ids, places), device=self._layout.device)
        tokens = functional.embedding(index[0], self._parts.tokens)
        return tokens.add_(functional.embedding(index[1], self._parts.positions))

    def _decode(self, rows: list[Row], x: Tensor) -> Tensor:
        """Every block over x (tokens, width); what is left of it after the last are the asked positions."""
        advance = self._pre_norm if self.architecture.pre_norm else self._post_norm
        observed = [row for row in rows if Need.HIDDEN in row.need]
        for layer, block in enumerate(self._parts.blocks):
            for row in observed:
                row.hidden.append(x[row.span])
            x = advance(layer, block, rows, x)
        for row, span in zip(rows, spans([row.asked.count for row in rows]), strict=True):
            if Need.HIDDEN in row.need:
                row.hidden.append(x[span])
        return x

    def _pre_norm(self, layer: int, block: Block, rows: list[Row], x: Tensor) -> Tensor:
        mixed = self._attend(layer, block, rows, block.norm_1(x))
        x = self._asked(layer, rows, x) + mixed
        return x.add_(self._feed_forward(block, block.norm_2(x)))

    def _post_norm(self, layer: int, block: Block, rows: list[Row], x: Tensor) -> Tensor:
        mixed = self._attend(layer, block, rows, x)
        x = block.norm_1(self._asked(layer, rows, x) + mixed)
        return block.norm_2(x + self._feed_forward(block, x))

    def _asked(self, layer: int, rows: list[Row], x: Tensor) -> Tensor:
        """The positions of x that go on from `layer`: all of them but in the last."""
        if layer < len(self._parts.blocks) - 1 or all(row.asked is row.every for row in rows):
            return x
        return torch.cat([x[row.span][-row.asked.count :] for row in rows])

    def _attend(self, layer: int, block: Block, rows: list[Row], x: Tensor) -> Tensor:
        heads, width = self._layout.heads, self._layout.head_width
        last = layer == len(self._parts.blocks) - 1
        qkv = block.qkv(x).to(self._layout.dtype).view(-1, 3, heads, width).permute(1, 2, 0, 3)
        mixed = [
            row.attend(layer, qkv[:, :, row.span], block.scale, row.asked if last else row.every)
            for row in rows
        ]
        joined = mixed[0] if len(mixed) == 1 else torch.cat(mixed)  # (tokens, heads, head width)
        return block.out(joined.reshape(-1, heads * width).float())

    def _feed_forward(self, block: Block, x: Tensor) -> Tensor:
        chunk = self._parts.chunk
        if len(x) <= chunk:
            return block.down(self._activate(block.up(x)))
        return torch.cat(
            [block.down(self._activate(block.up(part))) for part in torch.split(x, chunk)]
        )

    def _readings(self, rows: list[Row], x: Tensor) -> list[Reading]:
        asked = spans([row.asked.count for row in rows])
        if any(row.kept < row.asked.count for row in rows):
            pairs = zip(rows, asked, strict=True)
            x = torch.cat([x[span.stop - row.kept : span.stop] for row, span in pairs])
        logits = self._score(x)
        return [
            Reading(
                logits[span],
                row.state,
                torch.stack(row.hidden).cpu().numpy() if row.hidden else None,
                torch.stack(row.attention).cpu().numpy() if row.attention else None,
            )
            for row, span in zip(rows, spans([row.kept for row in rows]), strict=True)
        ]

    def _score(self, x: Tensor) -> ndarray:
        """Logits of x (rows, width), what the last layer put out."""
        if self._parts.norm is not None:
            x = self._parts.norm(x)
        logits: ndarray = self._parts.head(x).cpu().numpy()
        return logits
