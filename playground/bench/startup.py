"""What a person waits for before anything happens, against the least that a command line can cost."""

from __future__ import annotations

import subprocess
import sys
import time

from playground.bench.plan import Benchmark, Probe, Target

COMMANDS = {
    "help": ("-m", "playground", "--help"),
    "click": ("-c", "import click"),
}


class Process:
    """A new Python process, from its start to its end."""

    def start(self, command: str) -> float:
        """Seconds that `command`, a name in COMMANDS, takes."""
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, *COMMANDS[command]],
            check=True,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
        return time.perf_counter() - start


def process(label: str, command: str) -> Probe:
    return Probe(
        label=label,
        engine="playground.bench.startup:Process",
        measure="start",
        arguments={"command": command},
    )


BENCHMARKS = (
    Benchmark(
        name="startup-help",
        title="playground --help against python -c 'import click'",
        unit="ms",
        ours=process("--help", "help"),
        against=process("import click", "click"),
        target=Target("slower", 3),
        rounds=9,
    ),
)
