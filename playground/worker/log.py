"""The process's output, all of it: a file that does not grow without end.

Standard output and error are this file from the first instruction, so whatever a library or the system
prints is in it.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import sys
from pathlib import Path

from playground.session.safe_text import safe_text

MOST_BYTES = 2**20
FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class SafeFormatter(logging.Formatter):
    """A log is read on terminals, too: what an error quotes does nothing there."""

    def format(self, record: logging.LogRecord) -> str:
        return safe_text(super().format(record))


def begin() -> None:
    """Log to standard error; a crash of native code leaves its Python stack there too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SafeFormatter(FORM))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    faulthandler.enable()


def trim(file: Path) -> None:
    """When the file has grown too long, keep it as `….old` and go on in a new one."""
    with contextlib.suppress(OSError):
        if os.fstat(2).st_size <= MOST_BYTES:
            return
        os.replace(file, file.with_suffix(".old"))
        fresh = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for stream in (1, 2):
            os.dup2(fresh, stream)
        os.close(fresh)
