"""What a network is worth: its loss on held-out text, and a sample to read."""

from __future__ import annotations

import numpy as np

from playground_charrnn.blas import one_thread
from playground_charrnn.held_out import validation_chunks
from playground_charrnn.network import Network
from playground_charrnn.vocabulary import Vocabulary


@one_thread()
def validation_loss(network: Network, ids: np.ndarray) -> float:
    """Mean negative log-likelihood, nats a character, of held-out `ids` (characters,) but the first."""
    total, count = 0.0, 0
    memory: np.ndarray | None = None
    for chunk in validation_chunks(ids):
        if memory is None:
            memory = network.start(len(chunk.inputs))
        outputs, memory = network.read(memory, chunk.inputs.tolist())
        for hidden, targets, counted in zip(outputs, chunk.targets, chunk.counted, strict=True):
            scores = log_softmax(network.logits(hidden))  # (time, vocabulary)
            total -= float(scores[np.arange(len(targets)), targets][counted].sum(dtype=np.float64))
            count += int(counted.sum())
    return total / count


@one_thread()
def sample(network: Network, length: int, *, seed: int, temperature: float = 0.8) -> str:
    """`length` characters after a line break, or after the first character where there is none."""
    vocabulary = Vocabulary(network.config.vocabulary)
    generator = np.random.default_rng(seed)
    token = vocabulary.ids.get("\n", 0)
    memory = network.start(1)
    ids: list[int] = []
    for _ in range(length):
        outputs, memory = network.read(memory, [[token]])
        scores = network.logits(outputs[0])[-1] / temperature
        token = int(np.argmax(scores + generator.gumbel(size=len(scores))))
        ids.append(token)
    return vocabulary.decode(ids)


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """Over the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    logs: np.ndarray = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return logs
