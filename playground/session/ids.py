"""Names of sessions, nodes and runs: short, typable, in the order of time, the same in no two processes.

Thirteen characters of Crockford's base 32 (no i, l, o, u), so that an id can be read out and typed:
41 bits of milliseconds since 2025, then 24 random bits. As time comes first, ids sort by age and lie
beside each other in an index; as the last characters are random, processes that share a database, or
have none to share, need not ask each other. Six characters tell apart what was made two seconds
apart, so a prefix is what people type.
"""

from __future__ import annotations

import os
import threading
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 13
EPOCH = 1_735_689_600
"""2025-01-01, in seconds; 41 bits of milliseconds last until 2094."""
RANDOM_BITS = 24

_MISREAD = str.maketrans("oil", "011")
_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """An id that sorts after every other one that this process has made, even if the clock went back."""
    global _last
    with _lock:
        drawn = (_milliseconds() << RANDOM_BITS) | int.from_bytes(
            os.urandom(RANDOM_BITS // 8), "big"
        )
        _last = max(drawn, _last + 1)
        return _spelled(_last)


def typed(text: str) -> str:
    """An id, or the beginning of one, as a person may have typed it: in capitals, o for 0, l for 1."""
    return text.strip().lower().translate(_MISREAD)


def _milliseconds() -> int:
    return int((time.time() - EPOCH) * 1000)


def _spelled(number: int) -> str:
    return "".join(ALPHABET[(number >> 5 * place) & 31] for place in reversed(range(LENGTH)))
