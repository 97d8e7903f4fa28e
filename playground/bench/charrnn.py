"""Character by character with random recurrent networks, against a loop over torch's own modules."""

from __future__ import annotations

import json
import string
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playground.bench.checkpoint import SEED, cached, random_text
from playground.bench.plan import Benchmark, Probe, Target

if TYPE_CHECKING:
    from numpy import ndarray

GATES = {"lstm": 4, "gru": 3}
SIZE = len(string.printable)
CHARACTERS = 200


def random_network(cell: str, layers: int, hidden: int) -> Path:
    """The folder of a random char-RNN over `string.printable`, made now if it is not in the cache."""
    config = {
        "model_type": "char-rnn",
        "cell": cell,
        "layers": layers,
        "hidden_size": hidden,
        "vocabulary": string.printable,
    }

    def write(folder: Path) -> None:
        from safetensors.numpy import save_file

        (folder / "config.json").write_text(json.dumps(config))
        save_file(weights(cell, layers, hidden), folder / "model.safetensors")

    return cached(f"{cell}-{layers}-{hidden}-v1", write)


def weights(cell: str, layers: int, hidden: int) -> dict[str, ndarray]:
    """Parameters by the names and in the layout of torch's modules, drawn as torch draws them at first."""
    import numpy as np

    generator = np.random.default_rng(SEED)
    bound, rows = hidden**-0.5, GATES[cell] * hidden

    def uniform(*shape: int) -> ndarray:
        return generator.uniform(-bound, bound, shape).astype(np.float32)

    found = {"head.weight": uniform(SIZE, hidden), "head.bias": uniform(SIZE)}
    for layer in range(layers):
        found[f"rnn.weight_ih_l{layer}"] = uniform(rows, hidden if layer else SIZE)
        found[f"rnn.weight_hh_l{layer}"] = uniform(rows, hidden)
        found[f"rnn.bias_ih_l{layer}"] = uniform(rows)
        found[f"rnn.bias_hh_l{layer}"] = uniform(rows)
    return found


class Ours:
    """The char-RNN backend, read by read."""

    def __init__(self, cell: str, layers: int, hidden: int) -> None:
        from playground.bench.ours import load

        self._model = load(str(random_network(cell, layers, hidden)))

    def decode(self, characters: int) -> float:
        """Seconds for a character, the likeliest being taken."""
        from playground.bench.ours import seconds_per_read

        return seconds_per_read(self._model, random_text(8), characters)


class TorchLoop:
    """torch's own module with the same weights, called for one character at a time."""

    def __init__(self, cell: str, layers: int, hidden: int) -> None:
        import torch
        from safetensors.torch import load_file
        from torch import nn

        stored = load_file(random_network(cell, layers, hidden) / "model.safetensors")
        kind: Any = {"lstm": nn.LSTM, "gru": nn.GRU}[cell]
        self._rnn = kind(SIZE, hidden, layers, batch_first=True).eval()
        self._head = nn.Linear(hidden, SIZE).eval()
        for name, module in (("rnn", self._rnn), ("head", self._head)):
            own = {key.partition(".")[2]: w for key, w in stored.items() if key.startswith(name)}
            module.load_state_dict(own)
        self._one_hot = torch.eye(SIZE)

    def decode(self, characters: int) -> float:
        """Seconds for a character, the likeliest being taken."""
        import torch

        with torch.inference_mode():
            output, memory = self._rnn(self._one_hot[:8][None])
            token = int(self._head(output[0, -1]).argmax())
            start = time.perf_counter()
            for _ in range(characters):
                output, memory = self._rnn(self._one_hot[token][None, None], memory)
                token = int(self._head(output[0, -1]).argmax())
            return (time.perf_counter() - start) / characters


def network(cell: str, layers: int, hidden: int, target: float) -> Benchmark:
    """One network in both."""
    options = {"cell": cell, "layers": layers, "hidden": hidden}
    ours, loop = (
        Probe(
            label=label, engine=f"playground.bench.charrnn:{name}", measure="decode",
            options=options, arguments={"characters": CHARACTERS},
        )
        for label, name in (("char-RNN", "Ours"), (f"nn.{cell.upper()} loop", "TorchLoop"))
    )  # fmt: skip
    return Benchmark(
        name=f"charrnn-{cell}-{layers}-{hidden}",
        title=f"char-RNN, {cell.upper()} {layers}×{hidden}",
        unit="characters/s",
        ours=ours,
        against=loop,
        target=Target("faster", target),
    )


BENCHMARKS = (network("lstm", 2, 512, 10), network("gru", 3, 512, 4))
