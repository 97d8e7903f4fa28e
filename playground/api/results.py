"""What a session answers when a text is scored, classified or looked at: plain values, like events."""

from __future__ import annotations

import math

import msgspec


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """How well a text was predicted, in nats.

    `windows` is 1 unless the text is longer than the context; then each window but the first begins
    with `overlap` tokens that have been predicted already and are only read.
    """

    logprobs: tuple[float, ...]
    """Natural log-probability of every predicted token, in order: the last ones of the text."""
    characters: int
    """Characters that the predicted tokens spell."""
    windows: int
    overlap: int
    pieces: tuple[str, ...]
    """What each predicted token adds to the text; half of a character is U+FFFD."""

    @property
    def tokens(self) -> int:
        """How many tokens were predicted."""
        return len(self.logprobs)

    @property
    def loss(self) -> float:
        """Mean cross-entropy, in nats a predicted token."""
        return -math.fsum(self.logprobs) / self.tokens

    @property
    def perplexity(self) -> float:
        """The exponential of the loss; infinite where that is beyond a float."""
        return math.exp(self.loss) if self.loss < 709 else math.inf

    @property
    def bits_per_character(self) -> float:
        """Unlike loss and perplexity comparable between tokenizers; NaN without a character."""
        return (
            self.tokens * self.loss / math.log(2) / self.characters if self.characters else math.nan
        )


class Classification(msgspec.Struct, frozen=True, kw_only=True):
    """Labels by probability among themselves.

    `logprobs` are the model's own, in nats, of each label after the prompt, not calibrated.
    """

    label: str
    scores: dict[str, float]
    """Sum to 1, the likeliest first."""
    logprobs: dict[str, float]
    calibrated: bool


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """A token that may come next, and its probability."""

    id: int
    text: str
    probability: float


class Filling(msgspec.Struct, frozen=True, kw_only=True):
    """A token that may stand where a text has its mask number `mask`, from 0, and its probability."""

    mask: int
    id: int
    text: str
    probability: float


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """The likeliest token after position `position` of a text, whose token there reads `after`."""

    position: int
    after: str
    id: int
    text: str
    probability: float


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """What a number type changes, over the distributions after every token of the text.

    Where the type was `refused` (by what reason), there are no figures.
    """

    dtype: str
    refused: str = ""
    divergence: float | None = None
    """Kullback-Leibler divergence from float32, mean nats a token."""
    agreement: float | None = None
    """Share of tokens after which the likeliest next token is the same, 0 to 1."""
    largest: float | None = None
    """The largest absolute difference of a logit."""


class Considered(msgspec.Struct, frozen=True, kw_only=True):
    """A token that could have been said; log-probabilities after the chain and by the model alone."""

    id: int
    text: str
    logprob: float
    raw_logprob: float


class StageTrace(msgspec.Struct, frozen=True, kw_only=True):
    """What one stage of a chain left, and what became of a given token there.

    `rank` (0 is the likeliest) and `probability` are None where the token has been removed.
    """

    stage: str
    """As the chain writes it; the first is the model itself."""
    candidates: int
    """How many tokens still stand."""
    mass: float
    """The model's own probability of all that still stand, 0 to 1."""
    entropy: float
    """Of what still stands, in nats."""
    rank: int | None
    probability: float | None
    cut: tuple[Prediction, ...]
    """The likeliest of the tokens that this stage removed, with the probability they had before it."""


class TokenTrace(msgspec.Struct, frozen=True, kw_only=True):
    """Why a token was said: the chain at its place, stage by stage."""

    stages: tuple[StageTrace, ...]
    greedy: Considered
    """What the model alone finds likeliest; its `logprob` is minus infinity where the chain removed it."""
    alternatives: tuple[Considered, ...]
    """What the chain left, the likeliest first."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The drift of every number type, over the first `tokens` tokens of a text."""

    tokens: int
    drifts: tuple[Drift, ...]


class LintWarning(msgspec.Struct, frozen=True):
    """What was seen of a prompt (`code` is for machines), and what could be done about it."""

    code: str
    message: str
    hint: str


class LoadedModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model that is loaded, and what it holds in memory."""

    name: str
    """As it was asked for."""
    device: str
    dtype: str
    bytes: int
    """Of its weights, by the headers of its files."""
    cache_bytes: int
    """Of the prefixes that have been read with it and are kept."""
    requests: int
    """How many requests use it now."""


class Detection(msgspec.Struct, frozen=True, kw_only=True):
    """What speaks for a watermark in a text."""

    tokens: int
    """That were counted: none of the first, which nothing stands before, and nothing twice."""
    share: float
    """Of them that are marked, or of their marks that are set."""
    expected: float
    """The share of a text without the mark, on average."""
    z: float
    """Standard deviations above what a text without the mark has."""
    p_value: float
    """The chance that a text without the mark has as much."""
