"""What a model backend offers: tokenizers, states as values, and batched reads.

Arrays at this border are numpy, whatever the backend computes with: decoding is the same code for a
char-RNN in numpy, a GPT on a GPU and a remote engine, and a front end that lists strategies never loads
torch. A row of logits crosses from a GPU once a step, which the seeded choice needs anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Flag, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import msgspec

if TYPE_CHECKING:
    from numpy import ndarray


class Need(Flag):
    """What a reader wants to be told of the tokens it reads, and what a model offers."""

    LOGITS = auto()
    HIDDEN = auto()
    ATTENTION = auto()
    MASKED = auto()
    """What a `MaskedModel` offers, instead of LOGITS: the logits of the token in each place itself."""


@runtime_checkable
class State(Protocol):
    """What a model remembers of the tokens read so far. A value: never changed once returned."""

    @property
    def length(self) -> int:
        """Tokens read."""

    @property
    def nbytes(self) -> int:
        """Bytes of memory held."""


class Read(msgspec.Struct, frozen=True):
    """A wish to read `tokens` (at least one) after what `state` has read.

    `logits_to_keep` asks for the logits of the last so many tokens only; None for all of them.
    """

    state: State
    tokens: Sequence[int]
    need: Need = Need.LOGITS
    logits_to_keep: int | None = None


class Reading(msgspec.Struct, frozen=True):
    """What a model said while reading.

    logits: (kept, vocabulary) float32, a row for each of the last `logits_to_keep` tokens read; row i
        scores the token that follows it, or, of a `MaskedModel`, the one that stands there.
    state: having read them.
    hidden: (layers + 1, time, width) float32 when asked for: the embeddings, then every layer's output.
    attention: (layers, heads, time, length) float32 when asked for.
    """

    logits: ndarray
    state: State
    hidden: ndarray | None = None
    attention: ndarray | None = None


class Tokenizer(Protocol):
    """Text to token ids and back, by bytes, so that streaming needs no second reading of the text."""

    vocabulary_size: int
    bos_id: int | None
    """The beginning-of-text token, from which an empty prompt continues; None where there is none."""
    eos_ids: frozenset[int]
    """Tokens that end a text."""
    start_ids: tuple[int, ...]
    """Tokens that this model wants before every text (Llama's `<s>`); empty for GPT and char-RNN."""
    fingerprint: str
    """A hash of the vocabulary and the rules; equal fingerprints encode alike."""

    def encode(self, text: str) -> list[int]:
        """Token ids of `text`, without `start_ids`.

        A character that the vocabulary lacks becomes its unknown token; where it has none, InvalidInput
        is raised, unless the tokenizer is `Lossy`.
        """

    def piece(self, token: int, previous: int | None) -> bytes:
        """The bytes that `token` adds to a text whose last token is `previous` (None: no text yet).

        Concatenated over a text they are its UTF-8; one token may hold half a character.
        """

    def label(self, token: int) -> str:
        """The token's own spelling in the vocabulary file, such as `Ġthe` or `the</w>`."""


@runtime_checkable
class Lossy(Protocol):
    """A tokenizer that leaves out what it does not know, and says so."""

    def notices(self, text: str) -> tuple[str, ...]:
        """A line for people on what of `text` is left out; nothing where nothing is."""


class LanguageModel(Protocol):
    """A causal language model that is loaded and ready to read."""

    tokenizer: Tokenizer
    context_length: int | None
    """Most tokens a state can hold; None for a recurrent model without a limit."""
    offers: Need
    device: str
    dtype: str

    def start(self) -> State:
        """The state that has read nothing."""

    def read(self, batch: Sequence[Read]) -> list[Reading]:
        """Read a ragged batch: prefill, decoding and verification of drafts are the same call."""

    def rewind(self, state: State, length: int) -> State | None:
        """The state as it was after its first `length` tokens; None if it cannot be un-read."""


class MaskedModel(LanguageModel, Protocol):
    """A masked language model, such as BERT (Devlin et al. 2019): it sees both sides of a place.

    It offers `Need.MASKED`: a text is read whole, by one read from `start()` with that need, and row i of the
    logits scores the token in place i. It continues no text, and nothing can be read after it.
    """

    mask_id: int
    """The token that stands for a gap."""
    end_ids: tuple[int, ...]
    """Tokens that this model wants after every text, as `Tokenizer.start_ids` before it (BERT's `[SEP]`)."""


@runtime_checkable
class Unembeds(Protocol):
    """A model that tells what it would say if a layer's output were its last."""

    def unembed(self, hidden: ndarray) -> ndarray:
        """Logits (n, vocabulary) float32 of hidden states (n, width): the final norm, then the head.

        `hidden` are rows of `Reading.hidden` from before the last layer; whether that one's have passed
        the final norm already differs by model. Raises InvalidInput for an architecture that the model
        cannot take apart.
        """


@runtime_checkable
class LabelHead(Protocol):
    """What a model that was trained to label texts has as its `label_head`; others have none."""

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order of the logits."""

    @property
    def prefix(self) -> str:
        """What stood before every text in training."""

    @property
    def closing(self) -> tuple[int, ...]:
        """Tokens that are read after a text."""

    def logits(self, hidden: ndarray) -> ndarray:
        """(n, labels) float32, of the last layer's output (n, width) at the last token read."""


class ModelCard(msgspec.Struct, frozen=True, kw_only=True):
    """What can be said of a model from its files' headers, without loading its weights."""

    architecture: str
    backend: str
    parameters: int
    context_length: int | None
    vocabulary: int
    layers: int
    width: int
    heads: int | None = None
    modules: dict[str, int] = {}
    """Parameters by module."""
    notes: dict[str, str] = {}
    """What else is known: recipe, data, validation loss, licence, what decodes it."""

    def bytes_as(self, dtype: str) -> int:
        """Bytes of the weights held as float32, bfloat16, float16 or int8."""
        return self.parameters * {"float32": 4, "bfloat16": 2, "float16": 2, "int8": 1}[dtype]


class ModelSource(msgspec.Struct, frozen=True, kw_only=True):
    """A name that a plugin gives to a model: a folder that it ships, or a repository of the model hub."""

    name: str
    summary: str
    folder: Path | None = None
    repository: str | None = None
    options: dict[str, str] = {}


class Backend(Protocol):
    """Loads the models of one kind from folders in the Hugging Face layout."""

    name: str
    options: Mapping[str, tuple[str, ...]]
    """Options of loading by name, with their choices, the default first: `gpt1(dialect=openai)`."""

    def recognises(self, config: Mapping[str, Any]) -> bool:
        """Whether a folder with this `config.json` is of this kind. Cheap: imports nothing heavy."""

    def card(self, folder: Path) -> ModelCard:
        """The model's card, from its configuration and the headers of its weights."""

    def tokenizer(self, folder: Path, **options: str) -> Tokenizer:
        """The tokenizer alone: for counting and showing tokens without loading weights."""

    def load(self, folder: Path, *, device: str, dtype: str, **options: str) -> LanguageModel:
        """Load the model. `device` and `dtype` may be "auto".

        Raises ModelUnavailable for files that are missing, truncated or not what they claim, and
        InvalidInput for a device or dtype that this backend or machine does not have.
        """
