"""How text is decoded: processors narrow candidates, strategies own the loop, the engine drives both.

A processor is a pure function of the ids so far and the candidates, so it works inside any strategy, in any
beam. What has memory across steps is a strategy: a generator that asks for model reads and is resumed with
the readings, so that any number of them advance in one batched read a step.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

import msgspec

from playground.api.model import LanguageModel, Need, Read, Reading, State, Tokenizer

if TYPE_CHECKING:
    from numpy import ndarray

    from playground.api.candidates import Candidates
    from playground.api.results import Detection


class Noise(Protocol):
    """Randomness as a pure function of (seed, sequence, position, token id)."""

    def gumbel(self, position: int, ids: ndarray | None, size: int) -> ndarray:
        """Standard Gumbel variates, float32, for token `ids` (None: 0 to size - 1) at `position`."""

    def uniform(self, position: int, stream: int = 0) -> float:
        """One uniform variate in [0, 1) for `position`; each `stream` is independent."""


class Step(msgspec.Struct, frozen=True):
    """Where a processor stands: the ids so far (prompt first), the prompt's length, the noise.

    tokenizer: the model's, for options that are texts and for what ends one; None where ids are all
        that is known, as in a foreign engine.
    """

    ids: Sequence[int]
    prompt_length: int
    noise: Noise
    tokenizer: Tokenizer | None = None

    @property
    def position(self) -> int:
        """Index of the token to be chosen, counted from the prompt's first."""
        return len(self.ids)


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What people should know of a stage besides its options; listings and docs/decoding.md say it.

    group: the heading under which it stands. formula: what it computes, in a line. source: who described
    it, and when. elsewhere: which engines have it, and how theirs differs. neutral: the call with which it
    changes nothing, such as `top_p(1)`. example: the call of the worked example, where the defaults do
    nothing there; its words are those of `playground.explain.words`.
    """

    group: str = ""
    formula: str = ""
    source: str = ""
    elsewhere: str = ""
    neutral: str = ""
    example: str = ""


class TextEnds(Exception):
    """A processor's word that the text is complete, where the model has no token left to say so.

    The engine then ends the sequence as if the strategy had returned. A strategy that follows several texts
    catches it: that text has finished.
    """


class Processor(msgspec.Struct, frozen=True):
    """A stage of the chain; its fields are its options.

    It returns candidates that are a subset of those it was given, at least one, with finite scores.
    """

    aliases: ClassVar[tuple[str, ...]] = ()
    about: ClassVar[About] = About()

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        raise NotImplementedError

    def notices(self) -> tuple[str, ...]:
        """What the user should know of these options, such as a value that means something special."""
        return ()


@runtime_checkable
class Detector(Protocol):
    """A processor that leaves a mark, and finds it again with the same options."""

    def detect(self, ids: Sequence[int], vocabulary: int) -> Detection:
        """What speaks for the mark in a text, of which none is the prompt's, of so many possible tokens.

        Raises InvalidInput for a text of too few tokens.
        """


class Commit(msgspec.Struct, frozen=True):
    """`token` is final. `chosen` is the distribution it was chosen from, `logits` the model's own row."""

    token: int
    chosen: Candidates
    logits: ndarray


class Draft(msgspec.Struct, frozen=True):
    """What follows the committed text for now; each draft replaces the one before."""

    tokens: tuple[int, ...]


class ReadAll(msgspec.Struct, frozen=True):
    """The effect behind `context.read` and `context.read_all`: resumed with one Reading for each Read."""

    reads: tuple[Read, ...]


Effect = Commit | Draft | ReadAll
Decoding = Generator[Effect, Any, None]


class DecodeContext(Protocol):
    """What a strategy is given: the prompt, already read, and the means to go on."""

    @property
    def ids(self) -> tuple[int, ...]:
        """The prompt's tokens."""

    @property
    def reading(self) -> Reading:
        """Having read the prompt; `reading.logits[-1]` scores the first token to be chosen."""

    @property
    def model(self) -> LanguageModel: ...

    @property
    def noise(self) -> Noise: ...

    @property
    def limit(self) -> int:
        """Most tokens that will be listened to: what the request or the context allows, the fewer."""

    @property
    def sequence(self) -> int:
        """Which of the request's n sequences this is, from 0."""

    def candidates(self, ids: Sequence[int], logits: ndarray) -> Candidates:
        """What the chain leaves of `logits` after `ids`."""

    def choose(self, ids: Sequence[int], logits: ndarray) -> tuple[int, Candidates]:
        """The chain, then the seeded choice: a token, and the candidates it was drawn from."""

    def read(
        self, state: State, tokens: Sequence[int], need: Need = Need.LOGITS
    ) -> Generator[ReadAll, list[Reading], Reading]:
        """`reading = yield from context.read(state, tokens)`."""

    def read_all(self, reads: Sequence[Read]) -> Generator[ReadAll, list[Reading], list[Reading]]:
        """`readings = yield from context.read_all(reads)`: many readings from one forward pass."""


class Strategy(msgspec.Struct, frozen=True):
    """Owns the loop: extends the text until the engine stops listening; its fields are its options."""

    needs: ClassVar[Need] = Need.LOGITS
    aliases: ClassVar[tuple[str, ...]] = ()
    about: ClassVar[About] = About()
    deterministic: ClassVar[bool] = False
    """Whether the seed has no influence, so that several sequences would be the same."""

    def decode(self, context: DecodeContext) -> Decoding:
        raise NotImplementedError
