"""Engines that answer at once, in a module that a worker's process can import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from playground.bench.plan import Probe

TINY = """
import os

class Tiny:
    def __init__(self, seconds=1.0):
        self.seconds = seconds
        self.times = 0

    def count(self):
        self.times += 1
        return float(self.times)

    def answer(self, factor=1.0):
        return self.seconds * factor

    def process(self):
        return float(os.getpid())

    def threads(self):
        return float(os.environ["OMP_NUM_THREADS"])

    def chatter(self):
        print("a library says hello")
        return 1.0

    def fail(self):
        raise ValueError("the weights\\nare gone")

    def die(self):
        os._exit(9)

    def silent(self):
        return None


class Absent:
    def __init__(self):
        import a_library_that_is_not_installed
"""

Ask = Callable[..., Probe]


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """A probe of the tiny engine: `tiny("answer", seconds=2.0)`."""
    (tmp_path / "tiny_engine.py").write_text(TINY)
    monkeypatch.syspath_prepend(tmp_path)

    def probe(measure: str, label: str = "tiny", name: str = "Tiny", **options: float) -> Probe:
        return Probe(label=label, engine=f"tiny_engine:{name}", measure=measure, options=options)

    return probe
