"""Asking what of a text was memorised: an index over 50 MB, answers from it, and the whole command.

The text is the data given, or made-up words about as frequent as those of a language, repeated with noise
until there is enough: every copy has other words here and there, so that what is asked for stands in it in
part.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from playground.api import InvalidInput
from playground.bench.home import Home
from playground.bench.plan import Benchmark, Probe, Target

ENGINE = "playground.bench.memcheck:Memory"
MEGABYTES = 50
SEED = 50
NOISE = 0.1
"""Of words that a copy has otherwise."""
WORDS, MADE_UP = 20_000, 400_000
"""Words there are, and how many of them are drawn."""
PARAGRAPH = 80
"""Words of a paragraph that is made up."""
ASKED = 20
CHARACTERS = 600
"""Of a text that is asked for: some 150 tokens."""


class Memory:
    """An index over a text of so many megabytes, in a cache of its own."""

    def __init__(self, data: Sequence[str] = (), megabytes: float = MEGABYTES) -> None:
        self._home = Home()
        cache = {"PLAYGROUND_CACHE_HOME": str(self._home.path / "cache")}
        self._environment = self._home.environment | cache
        os.environ.update(cache)
        self._file = self._home.path / "data.txt"
        base = "".join(map(_read, data)) if data else made_up(random.Random(SEED))
        if not base.strip():
            raise InvalidInput("there is no text in the data", "give files with some")
        with self._file.open("w", encoding="utf-8", newline="") as file:
            for copy in repeated(base, random.Random(SEED), int(megabytes * 1e6)):
                file.write(copy)
        self._asked = asked(base, random.Random(SEED + 1))
        self._seconds = self._check(1)

    def build(self) -> float:
        """Seconds that the index took to build, with the first answer."""
        return self._seconds

    def answer(self) -> float:
        """Seconds for an answer, beside the held-out text's, with the index open."""
        first, all_ = self._check(1), self._check(ASKED)
        return (all_ - first) / (ASKED - 1)

    def open(self) -> float:
        """Seconds to recognise the data by its hash, open the index and answer once."""
        return self._check(1)

    def command(self) -> float:
        """Seconds of the whole command as a process."""
        words = ["memcheck", self._asked[0], "--against", str(self._file)]
        start = time.perf_counter()
        subprocess.run(
            self._home.command(*words),
            env=self._environment,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return time.perf_counter() - start

    def _check(self, count: int) -> float:
        from playground.api.memory import Against
        from playground.plugins import load_plugins
        from playground.session.remembering import check

        plugins = load_plugins()
        texts = self._asked[:count]
        start = time.perf_counter()
        check(plugins, texts, [""] * count, Against(files=(self._file,)), lambda _: None)
        return time.perf_counter() - start


def made_up(draw: random.Random) -> str:
    """Paragraphs of words of which the second is half as frequent as the first, and so on (Zipf 1935)."""
    syllables = [
        a + b for a in "bcdfghklmnprstvwz" for b in ("a", "e", "i", "o", "u", "an", "er", "is")
    ]
    words = ["".join(draw.choices(syllables, k=draw.randint(1, 4))) for _ in range(WORDS)]
    weights = list(accumulate(1 / rank for rank in range(1, WORDS + 1)))
    drawn = draw.choices(words, cum_weights=weights, k=MADE_UP)
    paragraphs = (drawn[at : at + PARAGRAPH] for at in range(0, MADE_UP, PARAGRAPH))
    return "".join(" ".join(words).capitalize() + ".\n\n" for words in paragraphs)


def repeated(base: str, draw: random.Random, size: int) -> Iterator[str]:
    """Copies of `base` with noise, of `size` characters together."""
    while size > 0:
        copy = noisy(base, draw)[:size]
        size -= len(copy)
        yield copy


def noisy(text: str, draw: random.Random) -> str:
    """`text` with other words of it in the place of some; what separates them stays."""
    words = text.split(" ")
    for place in draw.sample(range(len(words)), int(NOISE * len(words))):
        words[place] = draw.choice(words)
    return " ".join(words)


def asked(base: str, draw: random.Random) -> list[str]:
    """Texts to be asked for: passages of `base`, with noise."""
    starts = [draw.randrange(max(1, len(base) - CHARACTERS)) for _ in range(ASKED)]
    return [noisy(base[start : start + CHARACTERS], draw) for start in starts]


def benchmarks(data: Sequence[str] = ()) -> tuple[Benchmark, ...]:
    """Over the text of files, or one that is made up."""

    def probe(measure: str) -> Probe:
        return Probe(label="memcheck", engine=ENGINE, measure=measure, options={"data": list(data)})

    over = f"memcheck over {MEGABYTES} MB"
    return (
        Benchmark(
            name="memcheck-build", title=f"{over}: building the index", unit="s",
            ours=probe("build"), rounds=1,
        ),
        Benchmark(
            name="memcheck-answer", title=f"{over}: an answer, the index open", unit="ms",
            ours=probe("answer"), target=Target("seconds", 0.1),
        ),
        Benchmark(
            name="memcheck-open", title=f"{over}: hash, opening and an answer", unit="ms",
            ours=probe("open"),
        ),
        Benchmark(
            name="memcheck-command", title=f"{over}: the whole command", unit="ms",
            ours=probe("command"),
        ),
    )  # fmt: skip


def _read(file: str) -> str:
    return Path(file).read_text(encoding="utf-8")


BENCHMARKS = benchmarks()
