"""What a token costs between the engine's commit and the REPL's screen: processor time, and delay.

The REPL runs on a pseudo-terminal, the engine in the session process, as a person has it; the model is a
scripted one that takes its time and notes when it has spoken.
"""

from __future__ import annotations

import json
import os
import struct
import time
from pathlib import Path

from playground.bench.home import Home
from playground.bench.plan import Benchmark, Probe, Target
from playground.bench.terminal import PROMPT, Terminal

TOKENS_A_SECOND = 200
TOKENS = 1000
LONG = 20_000
"""Characters, each a token, that a long transcript has before."""
CORE_SHARE = 0.1
LATENCY_SECONDS = 0.04
LATEST = 0.99
LETTER = "Q"
"""What the model says: nothing else on the screen has this letter."""

PLUGIN = f'''
"""A scripted model that says a letter every {1000 / TOKENS_A_SECOND:g} ms and notes when."""
import os
import struct
import time
from pathlib import Path

from playground.api import hookimpl
from playground.testing.scripted import ScriptedBackend, ScriptedModel, read_script


class Noted(ScriptedModel):
    def __init__(self, folder):
        super().__init__(lambda tokens: "{LETTER}")
        self._notes = os.open(folder / "notes", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._due = 0.0

    def read(self, batch):
        now = time.monotonic()
        self._due = max(self._due + {1 / TOKENS_A_SECOND}, now)
        time.sleep(self._due - now)
        readings = super().read(batch)
        os.write(self._notes, struct.pack("d", time.monotonic()))
        return readings


class NotedBackend(ScriptedBackend):
    def load(self, folder, *, device, dtype, **options):
        return Noted(folder)


@hookimpl
def register_backends():
    return [NotedBackend()]
'''


class Stream:
    """A REPL and a session process that streams to it."""

    def __init__(self) -> None:
        self._home = Home()
        plugins = self._home.path / "config" / "plugins"
        self._model = self._home.path / "data" / "models" / "noted"
        for folder in (plugins, self._model):
            folder.mkdir(parents=True)
        (plugins / "noted.py").write_text(PLUGIN)
        script = json.dumps({"model_type": "scripted", "script": LETTER})
        (self._model / "config.json").write_text(script)

    def latency(self) -> float:
        """Seconds from the commit to the screen that 99 of 100 tokens do not exceed."""
        delays, _ = self._streamed("x")
        return sorted(delays)[int(LATEST * len(delays))]

    def processor(self, before: int) -> float:
        """Seconds of the REPL's processor time a token, after a text of `before` tokens."""
        _, seconds = self._streamed("x" * max(1, before))
        return seconds / TOKENS

    def _streamed(self, text: str) -> tuple[list[float], float]:
        """Each token's delay, and the REPL's processor seconds for all of them."""
        options = ["-m", "noted", "-s", "greedy", "--max-tokens", str(TOKENS)]
        file = self._home.path / "text.txt"
        file.write_text(text)
        (self._model / "notes").unlink(missing_ok=True)
        arrivals: list[float] = []

        def look(data: bytes, now: float) -> None:
            arrivals.extend([now] * data.count(LETTER.encode()))

        try:
            command = self._home.command("repl", *options)
            with Terminal(command, self._home.environment) as terminal:
                terminal.read_until(PROMPT)
                terminal.type(f"/type @{file}\r")
                terminal.read_until(b"characters")
                # The model is loaded and everything imported by one request that does not count.
                terminal.type("/next 1\r")
                terminal.read_until(b"probability")
                terminal.read_until(PROMPT)
                time.sleep(1)
                (self._model / "notes").write_bytes(b"")
                before = processor_seconds(terminal.process.pid)
                terminal.type("\r")
                while len(arrivals) < TOKENS:
                    terminal.read_until(LETTER.encode(), look)
                spent = processor_seconds(terminal.process.pid) - before
        finally:
            self._home.stop_session_process()
        data = (self._model / "notes").read_bytes()
        commits = [at for (at,) in struct.iter_unpack("d", data)][:TOKENS]
        delays = [seen - at for at, seen in zip(commits, arrivals[:TOKENS], strict=True)]
        return delays, spent


def processor_seconds(pid: int) -> float:
    """What a process and all its threads, ended ones too, have computed so far (Linux)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        raise RuntimeError("the processor time of a process is only known on Linux") from None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def probe(label: str, measure: str, **arguments: int) -> Probe:
    return Probe(
        label=label,
        engine="playground.bench.repl_stream:Stream",
        measure=measure,
        arguments=arguments,
    )


BENCHMARKS = (
    Benchmark(
        name="stream-repl-latency",
        title=f"commit to the REPL's screen at {TOKENS_A_SECOND} tokens/s, 99th percentile",
        unit="ms",
        ours=probe("latency", "latency"),
        target=Target("seconds", LATENCY_SECONDS),
        rounds=3,
    ),
    Benchmark(
        name="stream-repl-processor",
        title=f"processor time of the REPL a token at {TOKENS_A_SECOND} tokens/s",
        unit="µs",
        ours=probe("processor", "processor", before=0),
        target=Target("seconds", CORE_SHARE / TOKENS_A_SECOND),
        rounds=3,
    ),
    Benchmark(
        name="stream-repl-late",
        title=f"processor time of the REPL a token after {LONG:,} others",
        unit="µs",
        ours=probe("late", "processor", before=LONG),
        against=probe("new", "processor", before=0),
        target=Target("slower", 1.5),
        rounds=3,
    ),
)
