"""What a person waits for before anything happens, against the least that a command line can cost."""

from __future__ import annotations

import subprocess
import sys
import time

from playground.bench.checkpoint import random_gpt2
from playground.bench.home import Home
from playground.bench.plan import Benchmark, Probe, Target
from playground.bench.terminal import PROMPT, READY, Terminal

COMMANDS = {
    "help": ("-m", "playground", "--help"),
    "click": ("-c", "import click"),
    "textual": ("-c", "import textual"),
}

GPT2S = {"gpt2": "{}", "torch": "{}(decoder=torch)"}
"""As it is decoded on a processor, and as on an accelerator, which takes torch."""


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


class Prompt:
    """A new process on a terminal, from its start to its prompt."""

    def __init__(self) -> None:
        self._home = Home()
        self._commands = {
            # In process: a session process that is just being started would take a core.
            "repl": self._home.command("--in-process", "repl"),
            "bare": [sys.executable, "-c", "from prompt_toolkit import prompt; prompt('> ')"],
        }

    def show(self, command: str) -> float:
        """Seconds until the prompt of "repl", or of a bare one, is on the screen."""
        with Terminal(self._commands[command], self._home.environment) as terminal:
            return terminal.read_until(PROMPT) - terminal.began


class FirstPaint:
    """The app in a new process on a terminal, from its start to its first paint."""

    def __init__(self) -> None:
        self._home = Home()

    def show(self) -> float:
        """Seconds until the last word of its footer is on the screen."""
        command = self._home.command("--in-process", "tui", "--new")
        with Terminal(command, self._home.environment) as terminal:
            return terminal.read_until(READY) - terminal.began


class FirstToken:
    """`playground gen`, from the start of its process to its first character."""

    def __init__(self, model: str) -> None:
        """`model`: one of GPT2S, the random one of 124 million parameters, or a name."""
        self._home = Home()
        named = GPT2S[model].format(random_gpt2()) if model in GPT2S else model
        self._words = ["gen", "ROMEO:", "--max-tokens", "2", "-m", named]

    def in_process(self) -> float:
        """Seconds where the command loads the model itself."""
        return self._first("--in-process", *self._words)

    def cold(self) -> float:
        """Seconds where the command has to start the session process."""
        self._home.stop_session_process()
        try:
            return self._first(*self._words)
        finally:
            self._home.stop_session_process()

    def warm(self) -> float:
        """Seconds where another command has started it before."""
        self._home.stop_session_process()
        try:
            self._first(*self._words)
            return self._first(*self._words)
        finally:
            self._home.stop_session_process()

    def _first(self, *words: str) -> float:
        start = time.perf_counter()
        command = subprocess.Popen(
            self._home.command(*words),
            env=self._home.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert command.stdout is not None, "it is a pipe"
        first = command.stdout.read(1)
        seconds = time.perf_counter() - start
        command.communicate()
        if not first or command.returncode:
            raise RuntimeError(f"playground {' '.join(words)} ended with {command.returncode}")
        return seconds


def first_token(label: str, model: str, measure: str) -> Probe:
    return Probe(
        label=label,
        engine="playground.bench.startup:FirstToken",
        measure=measure,
        options={"model": model},
    )


def second_call(model: str, title: str, target: Target | None) -> Benchmark:
    """What a warm session process saves."""
    return Benchmark(
        name=f"startup-warm-{model}",
        title=f"process start to first token, second call against the first, {title}",
        unit="ms",
        ours=first_token("second", model, "warm"),
        against=first_token("first", model, "cold"),
        target=target,
    )


def first_call(model: str, title: str, target: Target | None) -> Benchmark:
    """What starting the session process costs."""
    return Benchmark(
        name=f"startup-cold-{model}",
        title=f"process start to first token, first call against in process, {title}",
        unit="ms",
        ours=first_token("first", model, "cold"),
        against=first_token("in process", model, "in_process"),
        target=target,
    )


def process(label: str, command: str) -> Probe:
    return Probe(
        label=label,
        engine="playground.bench.startup:Process",
        measure="start",
        arguments={"command": command},
    )


def prompt(label: str, command: str) -> Probe:
    return Probe(
        label=label,
        engine="playground.bench.startup:Prompt",
        measure="show",
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
    Benchmark(
        name="startup-repl",
        title="process start to the REPL's prompt against a bare one of prompt_toolkit",
        unit="ms",
        ours=prompt("playground repl", "repl"),
        against=prompt("prompt_toolkit", "bare"),
        target=Target("slower", 1.5),
        rounds=9,
    ),
    Benchmark(
        name="startup-app",
        title="process start to the app's first paint against python -c 'import textual'",
        unit="ms",
        ours=Probe(
            label="playground tui", engine="playground.bench.startup:FirstPaint", measure="show"
        ),
        against=process("import textual", "textual"),
        rounds=9,
    ),
    second_call("torch", "GPT-2 124M in torch", Target("faster", 5)),
    second_call("gpt2", "GPT-2 124M", None),
    second_call("shakespeare-rnn", "char-RNN", None),
    first_call("torch", "GPT-2 124M in torch", Target("slower", 1.15)),
    first_call("gpt2", "GPT-2 124M", Target("slower", 1.15)),
    first_call("shakespeare-rnn", "char-RNN", None),
)
