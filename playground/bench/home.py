"""A user's folders for a benchmark alone: no settings, plugins or session process of the user's take part."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playground.paths import cache_folder


class Home:
    """Empty folders, and the environment in which commands use them."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="playground-bench-")
        self.path = Path(self._folder.name)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not _is_left_out(name)},
            **{
                f"PLAYGROUND_{kind}_HOME": str(self.path / kind.lower())
                for kind in ("CONFIG", "DATA", "RUNTIME")
            },
            "PLAYGROUND_CACHE_HOME": str(cache_folder()),
        }

    def command(self, *words: str) -> list[str]:
        """`playground …` as a process of this Python."""
        return [sys.executable, "-m", "playground", *words]

    def stop_session_process(self) -> None:
        """End what was started here."""
        subprocess.run(
            self.command("worker", "stop"),
            env=self.environment,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


def _is_left_out(variable: str) -> bool:
    # A user's Python keeps what it has compiled: without that, a start is a good third compiler.
    return variable.startswith("PLAYGROUND_") or variable == "PYTHONDONTWRITEBYTECODE"
