"""Ctrl-c at every moment is a KeyboardInterrupt that is not forgotten.

A library that is interrupted while it imports or calls back may turn the exception into another
one, or swallow it; who catches an error asks `seen` whether the user's wish was behind it.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType

_seen = False


def install() -> None:
    """Take over SIGINT for this process."""
    signal.signal(signal.SIGINT, _interrupt)
    others = sys.unraisablehook

    def unraisable(fault: sys.UnraisableHookArgs) -> None:
        if not isinstance(fault.exc_value, KeyboardInterrupt):
            others(fault)

    sys.unraisablehook = unraisable


def seen() -> bool:
    """Whether ctrl-c was pressed."""
    return _seen


def check() -> None:
    """Raise the KeyboardInterrupt that somebody has swallowed."""
    if _seen:
        raise KeyboardInterrupt


def _interrupt(signum: int, frame: FrameType | None) -> None:
    global _seen
    _seen = True
    raise KeyboardInterrupt
