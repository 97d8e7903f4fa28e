"""How long a step of the engine may take beyond what any may: by what it reads, on a slow machine.

A prompt of a large model takes minutes where two cores are shared by many, and a step of a small one that
takes as long hangs. Speeds are a third of the slowest that was measured or less.
"""

from __future__ import annotations

READ_A_SECOND = 1e9
"""Parameters times tokens. 3e9 was measured: 512 tokens, GPT-2, int8 by torch, seven processes, two cores."""
FETCHED_A_SECOND = 25e6
"""Parameters that come from the disk, 100 MB a second: mapped ones may have been put out of memory."""
ENCODED_A_SECOND = 50e3
"""Characters. 2e5 were measured: four million letters in GPT-2's tokens."""


def to_read(parameters: int, tokens: int) -> float:
    """Seconds for a read of `tokens`, in one batch, of a model of so many parameters."""
    return parameters * (tokens / READ_A_SECOND + 1 / FETCHED_A_SECOND)


def to_encode(characters: int) -> float:
    """Seconds for making tokens of a text."""
    return characters / ENCODED_A_SECOND
