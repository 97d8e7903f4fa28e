"""What a run ran on: the processor by its name, the libraries, and the memory bandwidth at the moment."""

from __future__ import annotations

import os
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from playground.bench.report import Bandwidth, Machine

LIBRARIES = ("torch", "transformers", "numpy", "tokenizers", "ctranslate2", "llama-cpp-python")
GIGABYTE = 10**9


class Memory:
    """Reads more than any cache holds, as a model's weights are read for a token."""

    def __init__(self) -> None:
        import torch

        self._numbers = torch.ones(GIGABYTE // 2 // 4)  # half a gigabyte of float32

    def read_gigabyte(self) -> float:
        """Seconds for a gigabyte."""
        start = time.perf_counter()
        self._numbers.sum().item()
        return 2 * (time.perf_counter() - start)


def cores() -> int:
    """Processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def describe(threads: int) -> Machine:
    """This machine, with the number of threads that engines were given."""
    return Machine(
        processor=_processor(),
        cores=cores(),
        threads=threads,
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        libraries={name: found for name in LIBRARIES if (found := _version(name))},
    )


def bandwidth(seen: list[float]) -> Bandwidth | None:
    """The median and the range of what was seen, GB/s; None for nothing."""
    from statistics import median

    return Bandwidth(median(seen), min(seen), max(seen)) if seen else None


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown processor"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
