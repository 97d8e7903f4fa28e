"""What a strategy is given to decode with."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from numpy import ndarray

from playground.api.candidates import Candidates
from playground.api.decoding import ReadAll, Step
from playground.api.model import LanguageModel, Need, Read, Reading, State
from playground.engine.chain import Chain
from playground.engine.draw import draw
from playground.engine.known import read_from_known
from playground.engine.noise import HashedNoise
from playground.engine.prefix import PrefixCache


@dataclass
class Line:
    """What has been read in one line from the prompt on, as long as no read left that line."""

    ids: list[int]
    reading: Reading
    unbroken: bool = True

    def extend(self, state: State, tokens: Sequence[int], reading: Reading) -> None:
        self.unbroken = self.unbroken and state is self.reading.state
        if self.unbroken:
            self.ids.extend(tokens)
            self.reading = reading


@dataclass(frozen=True)
class Context:
    """The engine's `DecodeContext`; see there."""

    ids: tuple[int, ...]
    reading: Reading
    model: LanguageModel
    chain: Chain
    limit: int
    line: Line
    seed: int
    sequence: int = 0
    count: int = 1
    stop: tuple[str, ...] = ()
    models: Mapping[str, LanguageModel] = field(default_factory=dict)
    withheld: tuple[int, ...] = ()
    prefixes: PrefixCache = field(default_factory=lambda: PrefixCache(0))
    """What has been read before; by itself it remembers nothing."""

    @cached_property
    def noise(self) -> HashedNoise:
        return HashedNoise(self.seed, self.sequence)

    def sibling(self, sequence: int) -> Context:
        return replace(self, sequence=sequence)

    def candidates(self, ids: Sequence[int], scores: ndarray | Candidates) -> Candidates:
        step = Step(ids, len(self.ids), self.noise, self.model.tokenizer)
        return self.chain.candidates(scores, step)

    def draw(self, ids: Sequence[int], candidates: Candidates) -> int:
        return draw(candidates, self.noise, len(ids))

    def choose(self, ids: Sequence[int], scores: ndarray | Candidates) -> tuple[int, Candidates]:
        chosen = self.candidates(ids, scores)
        return self.draw(ids, chosen), chosen

    def read(
        self, state: State, tokens: Sequence[int], need: Need = Need.LOGITS
    ) -> Generator[ReadAll, list[Reading], Reading]:
        readings = yield ReadAll((Read(state, tuple(tokens), need),))
        self.line.extend(state, tokens, readings[0])
        return readings[0]

    def read_all(
        self, reads: Sequence[Read], model: LanguageModel | None = None
    ) -> Generator[ReadAll, list[Reading], list[Reading]]:
        self.line.unbroken = self.line.unbroken and model is not None
        return (yield from read_from_known(self.prefixes, model or self.model, reads, model))
