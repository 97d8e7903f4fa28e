"""A process that waits to be told which session process it is, and imports meanwhile what each of them needs.

So it can be started before anybody knows that: by a command that has not read its own words yet. One that
is never told ends as soon as whoever started it does, and has touched nothing.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence


class Blank:
    """Such a process: with no terminal, no files of who started it, and `/` as its folder."""

    def __init__(self) -> None:
        """Raises OSError where it cannot be started."""
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "playground.worker"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )

    def become(self, launch: bytes, files: Sequence[int]) -> int:
        """Tell it which one it is, and give it `files`; its id.

        One that has ended by now is noticed by whoever asks it for something.
        """
        with self._channel, contextlib.suppress(BrokenPipeError, ConnectionResetError):
            sent = socket.send_fds(self._channel, [launch], files)
            self._channel.sendall(launch[sent:])
        # So that it leaves no zombie behind when it ends before this front end does.
        threading.Thread(target=self._process.wait, name="session process", daemon=True).start()
        return self._process.pid

    def discard(self) -> None:
        """End it."""
        self._channel.close()
        self._process.kill()
        self._process.wait()


_begun: Blank | None = None


def begin() -> None:
    """Start one that `take` will give. Where that cannot be, whoever takes one is told why."""
    global _begun
    with contextlib.suppress(OSError):
        _begun = Blank()


def take() -> Blank:
    """The one that was begun, or a new one. Raises OSError where it cannot be started."""
    global _begun
    blank, _begun = _begun, None
    return blank or Blank()


def discard() -> None:
    """End one that was begun and not taken: there is a session process already, or none is wanted."""
    global _begun
    blank, _begun = _begun, None
    if blank:
        blank.discard()
