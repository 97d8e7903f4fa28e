"""A process on a pseudo-terminal that the benchmark reads, as a person's eyes would."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

PATIENCE = 60.0
"""Seconds without a byte after which the process is taken to hang."""
CURSOR_ASKED, CURSOR_IS = b"\x1b[6n", b"\x1b[20;1R"
PROMPT = b"\x1b[?25h"
"""What prompt_toolkit writes when the prompt is drawn: the cursor is shown."""

READY = b"quit"
"""The last word of the app's footer: its screen is painted."""


class Terminal:
    """Runs `command`; what it writes is given to `look` as it comes, with the time of the reading."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.began = time.monotonic()
        self._screen, line = os.openpty()
        fcntl.ioctl(line, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            command,
            stdin=line,
            stdout=line,
            stderr=line,
            env={**environment, "TERM": "xterm-256color"},
            start_new_session=True,
        )
        os.close(line)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._screen)

    def type(self, text: str) -> None:
        os.write(self._screen, text.encode())

    def read_until(self, text: bytes, look: Callable[[bytes, float], None] | None = None) -> float:
        """When `text` was on the screen. Raises RuntimeError where it never is."""
        seen = b""
        while text not in seen:
            if not select.select([self._screen], [], [], PATIENCE)[0]:
                raise RuntimeError(f"{text!r} is not on the screen after {PATIENCE:g} s: {seen!r}")
            data = os.read(self._screen, 65536)
            now = time.monotonic()
            if CURSOR_ASKED in data:
                os.write(self._screen, CURSOR_IS)
            if look:
                look(data, now)
            seen = seen[-len(text) :] + data
        return now
