"""What a token costs the app's screen, whatever is above it; and how soon a key is answered meanwhile.

The cost is measured without a terminal, the rest on a pseudo-terminal with the engine in the session
process, as a person has it.
"""

from __future__ import annotations

import json
import random
import re
import string
import subprocess
import sys
import time
from collections.abc import Callable

from playground.bench.home import Home
from playground.bench.plan import Benchmark, Probe, Target
from playground.bench.repl_stream import LETTER, PLUGIN, TOKENS_A_SECOND, processor_seconds
from playground.bench.terminal import READY, Terminal

SHORT, LONG = 500, 8000
"""Tokens that a short and a long document have before."""
TOKEN_SECONDS = 0.2e-3
GROWTH = 1.5
CORE_SHARE = 0.15
KEY_SECONDS = 0.05
LATEST = 0.99
KEYS = 200
SECONDS = 5.0
LEFT = 6
"""Letters by which what was typed is known on the screen."""
SEQUENCES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class Screen:
    """The app's screen without a terminal, each time in a process of its own."""

    def token(self, before: int) -> float:
        """Seconds of processor time a token, after `before` others."""
        ran = subprocess.run(
            [sys.executable, "-m", "playground.ui.tui.trial", str(before)],
            env=Home().environment,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        return float(ran.stdout)


class Stream:
    """The app on a terminal, and a session process that streams to it."""

    def __init__(self) -> None:
        self._home = Home()
        plugins = self._home.path / "config" / "plugins"
        model = self._home.path / "data" / "models" / "noted"
        for folder in (plugins, model):
            folder.mkdir(parents=True)
        (plugins / "noted.py").write_text(PLUGIN)
        (model / "config.json").write_text(json.dumps({"model_type": "scripted", "script": LETTER}))
        (model / "notes").write_bytes(b"")

    def processor(self) -> float:
        """Seconds of the app's processor time a token."""

        def measure(terminal: Terminal) -> float:
            before, began = processor_seconds(terminal.process.pid), time.monotonic()
            while time.monotonic() - began < SECONDS:
                terminal.read_until(LETTER.encode())
            spent = processor_seconds(terminal.process.pid) - before
            return spent / ((time.monotonic() - began) * TOKENS_A_SECOND)

        return self._while_streaming(measure)

    def key(self) -> float:
        """Seconds from a key to what it shows that 99 of 100 keys do not exceed."""

        def measure(terminal: Terminal) -> float:
            terminal.type("\x0f")
            terminal.read_until(b"/")
            return sorted(self._answers(terminal))[int(LATEST * KEYS)]

        return self._while_streaming(measure)

    def _answers(self, terminal: Terminal) -> list[float]:
        letters = random.Random(1).choices(string.ascii_lowercase, k=KEYS)
        answers, typed = [], "/"
        for letter in letters:
            typed += letter
            shown = _Shown(typed[-LEFT:].encode())
            began = time.monotonic()
            terminal.type(letter)
            while shown.at is None:
                terminal.read_until(b"\x1b", shown.look)
            answers.append(shown.at - began)
        return answers

    def _while_streaming(self, measure: Callable[[Terminal], float]) -> float:
        command = self._home.command(
            "tui", "--new", "-m", "noted", "-s", "greedy", "--max-tokens", "100000"
        )
        try:
            with Terminal(command, self._home.environment) as terminal:
                terminal.read_until(READY)
                terminal.type("x")
                terminal.type("\x07")
                terminal.read_until(LETTER.encode() * 3)
                # All is imported and the model is loaded by the first tokens, which do not count.
                began = time.monotonic()
                while time.monotonic() - began < 1:
                    terminal.read_until(LETTER.encode())
                return measure(terminal)
        finally:
            self._home.stop_session_process()


class _Shown:
    """Looks for a text among what a terminal is sent, escape sequences left out."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._seen = b""
        self.at: float | None = None

    def look(self, data: bytes, now: float) -> None:
        self._seen += data
        if self.at is None and self._text in SEQUENCES.sub(b"", self._seen):
            self.at = now


def token_probe(label: str, before: int) -> Probe:
    return Probe(
        label=label,
        engine="playground.bench.ui:Screen",
        measure="token",
        arguments={"before": before},
    )


def stream_probe(label: str, measure: str) -> Probe:
    return Probe(label=label, engine="playground.bench.ui:Stream", measure=measure)


BENCHMARKS = (
    Benchmark(
        name="ui-token",
        title=f"processor time of the app's screen a token, after {SHORT} others",
        unit="µs",
        ours=token_probe("short", SHORT),
        target=Target("seconds", TOKEN_SECONDS),
        rounds=3,
    ),
    Benchmark(
        name="ui-long",
        title=f"the same after {LONG:,} others against after {SHORT}",
        unit="µs",
        ours=token_probe("long", LONG),
        against=token_probe("short", SHORT),
        target=Target("slower", GROWTH),
        rounds=3,
    ),
    Benchmark(
        name="ui-processor",
        title=f"processor time of the app a token at {TOKENS_A_SECOND} tokens/s on a terminal",
        unit="µs",
        ours=stream_probe("processor", "processor"),
        target=Target("seconds", CORE_SHARE / TOKENS_A_SECOND),
        rounds=3,
    ),
    Benchmark(
        name="ui-key",
        title="key to the app's screen while a model streams, 99th percentile",
        unit="ms",
        ours=stream_probe("key", "key"),
        target=Target("seconds", KEY_SECONDS),
        rounds=3,
    ),
)
