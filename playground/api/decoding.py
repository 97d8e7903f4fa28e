"""How text is decoded: processors narrow candidates, strategies own the loop, the engine drives both.

A processor is a pure function of the ids so far and the candidates, so it works inside any strategy, in any
beam. What has memory across steps is a strategy: a generator that asks for model reads and is resumed with
the readings, so that any number of them advance in one batched read a step.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
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
    nothing there; its words are those of `playground.explain.words`. scene: which of its texts a
    processor's example continues.
    """

    group: str = ""
    formula: str = ""
    source: str = ""
    elsewhere: str = ""
    neutral: str = ""
    example: str = ""
    scene: str = "sentence"


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
    seeded: ClassVar[bool] = False
    """Whether it draws from the noise, so that what it leaves depends on the seed."""

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
    """`token` is final. `chosen` is the distribution it was chosen from, `logits` the model's own row.

    sequence: which of those that the decode speaks for, from 0; see `Strategy.joint`.
    """

    token: int
    chosen: Candidates
    logits: ndarray
    sequence: int = 0


class Draft(msgspec.Struct, frozen=True):
    """What follows the committed text for now; each draft replaces the one before.

    sequence: as a commit's.
    """

    tokens: tuple[int, ...]
    sequence: int = 0


class Branch(msgspec.Struct, frozen=True, gc=False):
    """A token of a tree of continuations, after that of the branch `parent` (-1: after the prompt).

    logprob: natural log-probability after what is before it, by the chain.
    """

    parent: int
    token: int
    logprob: float


class Finding(msgspec.Struct, frozen=True):
    """What a search found beside the texts it tells, said before the last commit.

    notice: a line for people. branches: its tree, every branch after its parent.
    """

    notice: str
    branches: tuple[Branch, ...] = ()


class ReadAll(msgspec.Struct, frozen=True):
    """The effect behind `context.read` and `context.read_all`: resumed with one Reading for each Read."""

    reads: tuple[Read, ...]
    model: LanguageModel | None = None
    """One of `context.models` that is to read them; None: the model that decodes."""


Effect = Commit | Draft | Finding | ReadAll
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
    def models(self) -> Mapping[str, LanguageModel]:
        """The models that options of the type ModelName call, by option; their tokenizers are alike."""

    @property
    def withheld(self) -> tuple[int, ...]:
        """The prompt's last tokens, which a strategy that `heals` says anew; they are not in `ids`."""

    @property
    def noise(self) -> Noise: ...

    @property
    def limit(self) -> int:
        """Most tokens that will be listened to: what the request or the context allows, the fewer."""

    @property
    def sequence(self) -> int:
        """Which of the request's n sequences this is, from 0; of a joint decode the first."""

    @property
    def count(self) -> int:
        """How many sequences the request has."""

    @property
    def stop(self) -> tuple[str, ...]:
        """Texts at which the engine ends a sequence: for those who judge whole texts."""

    def sibling(self, sequence: int) -> DecodeContext:
        """What the request's sequence of that number is given: the same prompt, noise of its own.

        Of numbers beyond the request's, too: noise for texts that a strategy draws itself.
        """

    def candidates(self, ids: Sequence[int], scores: ndarray | Candidates) -> Candidates:
        """What the chain leaves after `ids` of `scores`: of the vocabulary, or of some of its tokens."""

    def draw(self, ids: Sequence[int], candidates: Candidates) -> int:
        """The seeded choice alone: the token that follows `ids`, by the candidates' probabilities."""

    def choose(self, ids: Sequence[int], scores: ndarray | Candidates) -> tuple[int, Candidates]:
        """The chain, then the seeded choice: a token, and the candidates it was drawn from."""

    def read(
        self, state: State, tokens: Sequence[int], need: Need = Need.LOGITS
    ) -> Generator[ReadAll, list[Reading], Reading]:
        """`reading = yield from context.read(state, tokens)`."""

    def read_all(
        self, reads: Sequence[Read], model: LanguageModel | None = None
    ) -> Generator[ReadAll, list[Reading], list[Reading]]:
        """`readings = yield from context.read_all(reads)`: many readings from one forward pass.

        `model` is one of `models`, where it is not the one that decodes.
        """


class Strategy(msgspec.Struct, frozen=True):
    """Owns the loop: extends the text until the engine stops listening; its fields are its options."""

    needs: ClassVar[Need] = Need.LOGITS
    aliases: ClassVar[tuple[str, ...]] = ()
    about: ClassVar[About] = About()
    deterministic: ClassVar[bool] = False
    """Whether the seed has no influence, so that several sequences would be the same."""
    heals: ClassVar[bool] = False
    """Whether the prompt's last token is withheld, to be said anew by the first that is committed.

    That one's bytes begin with those of `context.withheld`; what is shown of it is the rest.
    """
    joint: ClassVar[bool] = False
    """Whether one decode speaks for all sequences of a request: its effects say whose they are.

    The n sequences are then what one search found, the best first. When it returns, those that have
    not ended do, also where nothing was said of them because less was found.
    """

    def check(self, count: int, processors: Sequence[Processor]) -> None:
        """Raise InvalidInput, with a hint, where these options contradict a request.

        count: how many sequences it has. processors: the stages before this one. Called before anything
        is read.
        """

    def decode(self, context: DecodeContext) -> Decoding:
        raise NotImplementedError
