"""A model that says what a test tells it to, so that decoding can be tested without weights.

It knows nothing of language: after n tokens it says the n-th part of its script, or what a function of the
tokens so far returns.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from playground.api import ModelCard, ModelUnavailable, Need, Read, Reading, State, Tokenizer
from playground.testing.tokenizers import ByteTokenizer

UNSAID = -30.0
"""The logit of a token that the script does not name: a probability of about 1e-13."""

Says = str | Mapping[str, float] | ndarray
"""One token's text; tokens' texts (the empty text ends) with their probabilities; or logits (vocabulary,)."""
Script = str | Sequence[Says] | Callable[[tuple[int, ...]], Says]


@dataclass(frozen=True, slots=True)
class ScriptedState:
    """The tokens read."""

    tokens: tuple[int, ...] = ()

    @property
    def length(self) -> int:
        return len(self.tokens)

    @property
    def nbytes(self) -> int:
        return 8 * len(self.tokens)


class ScriptedModel:
    """A language model that knows one document by heart: the text `after`, then the script.

    `ScriptedModel(" end.", after="The")` continues the prompt "The" with " end." and then ends the text.
    A script is a text, a list with what is said at each place (see `Says`), or a function of the tokens read
    that returns what comes next. `passes` records every call of `read`: the tokens of each of its rows.

    Raises ValueError when it is asked to read past `context_length` or a token that does not exist.
    """

    offers = Need.LOGITS
    device = "cpu"
    dtype = "float32"

    def __init__(
        self,
        script: Script,
        *,
        after: str = "",
        context_length: int | None = None,
        tokenizer: Tokenizer | None = None,
    ) -> None:
        self.tokenizer: Tokenizer = tokenizer or ByteTokenizer()
        self.context_length = context_length
        self.passes: list[tuple[int, ...]] = []
        self._size = self.tokenizer.vocabulary_size
        self._says = script if callable(script) else self._by_heart(script, after)

    def start(self) -> State:
        return ScriptedState()

    def read(self, batch: Sequence[Read]) -> list[Reading]:
        self.passes.append(tuple(len(read.tokens) for read in batch))
        return [self._reading(read) for read in batch]

    def rewind(self, state: State, length: int) -> State | None:
        assert isinstance(state, ScriptedState)
        return ScriptedState(state.tokens[:length])

    def _reading(self, read: Read) -> Reading:
        assert isinstance(read.state, ScriptedState)
        tokens = (*read.state.tokens, *read.tokens)
        check_read(read.tokens, len(tokens), self._size, self.context_length)
        kept = kept_rows(read)
        rows = [self._logits(self._says(tokens[: len(tokens) - i])) for i in reversed(range(kept))]
        logits = np.stack(rows) if rows else np.empty((0, self._size), dtype=np.float32)
        return Reading(logits, ScriptedState(tokens))

    def _by_heart(
        self, script: str | Sequence[Says], after: str
    ) -> Callable[[tuple[int, ...]], Says]:
        parts: Iterable[Says] = script
        if isinstance(script, str):
            parts = [self._row({token: 1.0}) for token in self.tokenizer.encode(script)]
        before = [self._row({token: 1.0}) for token in self.tokenizer.encode(after)]
        document = [*before, *map(self._logits, parts)]
        ends = dict.fromkeys(self.tokenizer.eos_ids, 1.0)
        end = self._row(ends or dict.fromkeys(range(self._size), 1.0))
        return lambda tokens: document[len(tokens)] if len(tokens) < len(document) else end

    def _logits(self, says: Says) -> ndarray:
        if isinstance(says, ndarray):
            return says.astype(np.float32)
        chances = {says: 1.0} if isinstance(says, str) else says
        return self._row({self._token(text): chance for text, chance in chances.items()})

    def _row(self, chances: Mapping[int, float]) -> ndarray:
        row = np.full(self._size, UNSAID, dtype=np.float32)
        for token, chance in chances.items():
            row[token] = max(np.log(chance), UNSAID) if chance > 0 else UNSAID
        return row

    def _token(self, text: str) -> int:
        tokens = self.tokenizer.encode(text) if text else sorted(self.tokenizer.eos_ids)[:1]
        if len(tokens) != 1:
            raise ValueError(f"{text!r} is {len(tokens)} tokens; a place of the script takes one")
        return tokens[0]


class ScriptedBackend:
    """Loads folders whose `config.json` is `{"model_type": "scripted", "script": …}`.

    Beside `script` (a text, or a list of texts and distributions) it may hold `after` and `context_length`.
    A plugin file that registers it brings a scripted model through every front end.
    """

    name = "scripted"
    options: Mapping[str, tuple[str, ...]] = {}

    def recognises(self, config: Mapping[str, Any]) -> bool:
        return config.get("model_type") == "scripted"

    def card(self, folder: Path) -> ModelCard:
        return ModelCard(
            architecture="script",
            backend=self.name,
            parameters=0,
            context_length=read_script(folder).get("context_length"),
            vocabulary=ByteTokenizer.vocabulary_size,
            layers=0,
            width=0,
        )

    def tokenizer(self, folder: Path, **options: str) -> Tokenizer:
        return ByteTokenizer()

    def load(self, folder: Path, *, device: str, dtype: str, **options: str) -> ScriptedModel:
        config = read_script(folder)
        return ScriptedModel(
            config["script"],
            after=config.get("after", ""),
            context_length=config.get("context_length"),
        )


def read_script(folder: Path) -> dict[str, Any]:
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"cannot read {folder / 'config.json'}: {error}") from None
    if not isinstance(config.get("script"), str | list):
        raise ModelUnavailable(f"{folder / 'config.json'} has no script", 'add "script": "a text"')
    return config


def kept_rows(read: Read) -> int:
    """How many rows of logits `read` asks for."""
    count = len(read.tokens)
    return count if read.logits_to_keep is None else min(count, read.logits_to_keep)


def check_read(tokens: Sequence[int], length: int, vocabulary: int, context: int | None) -> None:
    """Raises ValueError for what no model can read: nothing, a token that is none, too many of them."""
    if not len(tokens):
        raise ValueError("a read needs at least one token")
    if strange := [token for token in tokens if not 0 <= token < vocabulary]:
        raise ValueError(f"token {strange[0]} is not in the vocabulary of {vocabulary}")
    if context is not None and length > context:
        raise ValueError(f"{length} tokens do not fit in the context of {context}")
