"""Training steps of recipes that ship, against plain loops of torch over networks of the same shape.

The text is drawn at random: what is read does not change what a step costs.
"""

from __future__ import annotations

import atexit
import random
import string
import tempfile
import time
from pathlib import Path
from typing import Any

from playground.bench.plan import Benchmark, Probe, Target

STEPS = 20
CHARACTERS = 200_000
NEVER = 10**9


def text() -> str:
    """Printable characters, the same in every process."""
    return "".join(random.Random(0).choices(string.printable, k=CHARACTERS))


class Ours:
    """A recipe's own trainer, its run advanced from report to report."""

    def __init__(self, recipe: str) -> None:
        from playground.api.options import build
        from playground.plugins import load_plugins
        from playground.session.recipes import find

        found = find(recipe, load_plugins().trainers)
        changes = {"report_every": STEPS, "evaluate_every": NEVER, "steps": NEVER}
        trainer = build(found.trainer, {**found.values, **changes})
        self._folder = tempfile.TemporaryDirectory(prefix="playground-bench-")
        data = Path(self._folder.name) / "text.txt"
        data.write_text(text(), newline="")
        out = Path(self._folder.name) / "out"
        self._events = trainer.train([data], out, device="cpu")
        # A run that is left saves where it stands, so it goes before its folder.
        atexit.register(self._leave)
        self.train()

    def _leave(self) -> None:
        del self._events

    def train(self) -> float:
        """Seconds for a token."""
        from playground.api.training import Progress

        event: object = None
        while not isinstance(event, Progress):
            event = next(self._events)
        return 1 / event.tokens_per_second


class TransformersGpt:
    """The loop that one writes over transformers' GPT-2, of the shape of `gpt-shakespeare-char`."""

    rows, time = 12, 64

    def __init__(self) -> None:
        import torch
        from transformers import GPT2Config, GPT2LMHeadModel

        config = GPT2Config(
            vocab_size=257, n_positions=self.time, n_embd=128, n_layer=4, n_head=4,
            resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, bos_token_id=256, eos_token_id=256,
        )  # fmt: skip
        self._model: Any = GPT2LMHeadModel(config)
        self._optimiser = torch.optim.AdamW(self._model.parameters(), lr=1e-3)
        self._ids = torch.tensor(list(text().encode()))

    def train(self) -> float:
        """Seconds for a token."""
        import torch

        start = time.perf_counter()
        for _ in range(STEPS):
            places = torch.randint(len(self._ids) - self.time, (self.rows,)).tolist()
            ids = torch.stack([self._ids[place : place + self.time] for place in places])
            loss = self._model(ids, labels=ids).loss
            self._optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
            self._optimiser.step()
            loss.item()
        return (time.perf_counter() - start) / (STEPS * self.rows * self.time)


class LstmLoop:
    """The loop that one writes over nn.LSTM, of the shape of `char-rnn-shakespeare`."""

    rows, time = 32, 64

    def __init__(self) -> None:
        import torch
        from torch import nn

        size = len(string.printable)
        self._embedding = nn.Embedding(size, 128)
        self._rnn = nn.LSTM(128, 384, 2, batch_first=True, dropout=0.2)
        self._head = nn.Linear(384, size)
        self._dropout = nn.Dropout(0.2)
        modules = (self._embedding, self._rnn, self._head)
        self._parameters = [p for module in modules for p in module.parameters()]
        self._optimiser = torch.optim.AdamW(self._parameters, lr=3e-3)
        ids = torch.tensor([string.printable.index(character) for character in text()])
        length = len(ids) // self.rows
        self._ids = ids[: length * self.rows].view(self.rows, length)
        self._state: Any = None
        self._place = 0

    def train(self) -> float:
        """Seconds for a token."""
        import torch
        from torch.nn import functional

        start = time.perf_counter()
        for _ in range(STEPS):
            if self._place + self.time + 1 > self._ids.shape[1]:
                self._place, self._state = 0, None
            window = self._ids[:, self._place : self._place + self.time + 1]
            embedded = self._dropout(self._embedding(window[:, :-1]))
            output, state = self._rnn(embedded, self._state)
            logits = self._head(self._dropout(output))
            loss = functional.cross_entropy(logits.flatten(0, 1), window[:, 1:].flatten())
            self._optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
            self._optimiser.step()
            loss.item()
            self._state = tuple(part.detach() for part in state)
            self._place += self.time
        return (time.perf_counter() - start) / (STEPS * self.rows * self.time)


def benchmark(recipe: str, title: str, label: str, loop: str, bound: float) -> Benchmark:
    """A recipe beside a loop."""
    here = "playground.bench.train"
    return Benchmark(
        name=f"train-{recipe}",
        title=title,
        unit="tokens/s",
        ours=Probe(
            label="trainer", engine=f"{here}:Ours", measure="train", options={"recipe": recipe}
        ),
        against=Probe(label=label, engine=f"{here}:{loop}", measure="train"),
        target=Target("faster", bound),
    )


BENCHMARKS = (
    benchmark(
        "gpt-shakespeare-char",
        "training a GPT-2, 4 layers of 128, context 64",
        "transformers loop",
        "TransformersGpt",
        1.3,
    ),
    benchmark(
        "char-rnn-shakespeare",
        "training a char-RNN, LSTM 2×384",
        "nn.LSTM loop",
        "LstmLoop",
        1.0,
    ),
)
