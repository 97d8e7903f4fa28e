"""The laws of a model: reads, states, and the tokenizer. Every backend's tests inherit them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy import ndarray

from playground.api import (
    InvalidInput,
    LanguageModel,
    Need,
    Read,
    Reading,
    State,
    Tokenizer,
    Unembeds,
)
from playground.testing.laws import Contract, require

MOST_READ = 2048
"""A context longer than this is not read to its end: it would take too long."""


class TokenizerContract(Contract):
    """Laws of a tokenizer. Subclass it and return one from `tokenizer`."""

    texts: Sequence[str] = ("",)
    """Texts that must survive; texts made of the vocabulary's own tokens are tried besides."""
    lossless = True
    """False for a tokenizer that normalises (GPT-1 lower-cases): then encoding twice must change nothing."""

    def tokenizer(self) -> Tokenizer:
        raise NotImplementedError

    def test_ids_are_in_the_vocabulary(self) -> None:
        tokenizer = self._tokenizer
        special = {*tokenizer.eos_ids, *tokenizer.start_ids, *_known(tokenizer.bos_id)}
        for text in self._texts:
            ids = tokenizer.encode(text)
            require(all(type(token) is int for token in ids), f"{text!r}: ids must be int: {ids}")
            special |= set(ids)
        beyond = [token for token in special if not 0 <= token < tokenizer.vocabulary_size]
        require(not beyond, f"{beyond} lie outside of the vocabulary")

    def test_pieces_concatenate_to_the_text(self) -> None:
        for text in self._texts:
            again = self._decoded(self._tokenizer.encode(text))
            if self.lossless:
                require(again == text, f"{text!r} became {again!r}")
            else:
                twice = self._decoded(self._tokenizer.encode(again))
                require(twice == again, f"{again!r} became {twice!r}")

    def test_encoding_the_same_text_gives_the_same_ids(self) -> None:
        for text in self._texts:
            first, second = self._tokenizer.encode(text), self._tokenizer.encode(text)
            require(first == second, f"{text!r} was encoded as {first}, then as {second}")

    def test_every_token_has_a_piece_and_a_label(self) -> None:
        tokenizer = self._tokenizer
        for token in sample_of(tokenizer.vocabulary_size, 200):
            piece, label = tokenizer.piece(token, None), tokenizer.label(token)
            require(isinstance(piece, bytes), f"the piece of {token} is {piece!r}, not bytes")
            require(isinstance(label, str), f"the label of {token} is {label!r}, not a text")

    def test_has_a_fingerprint(self) -> None:
        require(self._tokenizer.fingerprint, "the fingerprint is empty")

    @property
    def _tokenizer(self) -> Tokenizer:
        tokenizer: Tokenizer = self.once("tokenizer")
        return tokenizer

    @property
    def _texts(self) -> list[str]:
        tokens = np.random.default_rng(0).integers(self._tokenizer.vocabulary_size, size=(9, 6))
        # Tokens put together at random may hold parts of characters.
        made = [self._bytes(row.tolist()).decode("utf-8", "ignore") for row in tokens]
        return [*self.texts, *made]

    def _decoded(self, ids: Sequence[int]) -> str:
        return self._bytes(ids).decode("utf-8", "replace")

    def _bytes(self, ids: Sequence[int]) -> bytes:
        before = [None, *ids]
        return b"".join(map(self._tokenizer.piece, ids, before))


class ModelContract(TokenizerContract):
    """Laws of a language model and its tokenizer. Subclass it and return a loaded model from `model`.

    `model` is called once for the class. Use a small one: random weights obey the same laws.
    """

    tolerance = 1e-4
    """Largest absolute difference between logits that are the same but for rounding."""

    def model(self) -> LanguageModel:
        raise NotImplementedError

    def tokenizer(self) -> Tokenizer:
        return self._model.tokenizer

    def test_one_read_of_n_equals_n_reads_of_one(self) -> None:
        ids = self._ids(12)
        whole, state, rows = self._read(ids), self._model.start(), []
        for token in ids:
            reading = self._read([token], state)
            state = reading.state
            rows.append(reading.logits[-1])
        self._same(np.stack(rows), whole.logits, "token by token")

    def test_a_batch_equals_its_rows_alone(self) -> None:
        ids = self._ids(24)
        known = self._read(ids[:5]).state
        start = self._model.start()
        reads = [
            Read(start, ids[:7]),
            Read(known, ids[5:6]),
            Read(start, ids[9:10]),
            Read(known, ids[10:16]),
        ]
        together = self._model.read(reads)
        require(len(together) == len(reads), f"4 reads gave {len(together)} readings")
        for row, (read, reading) in enumerate(zip(reads, together, strict=True)):
            alone = self._model.read([read])[0]
            self._same(reading.logits, alone.logits, f"row {row} of a batch")
            after = [self._read(ids[:3], each.state).logits for each in (reading, alone)]
            self._same(after[0], after[1], f"what follows row {row} of a batch")

    def test_a_fork_equals_fresh(self) -> None:
        ids = self._ids(12)
        parent = self._read(ids[:6]).state
        for branch in (ids[6:9], ids[9:12], ids[6:9]):
            fresh = self._read([*ids[:6], *branch]).logits[6:]
            self._same(self._read(branch, parent).logits, fresh, "a fork")

    def test_forks_of_one_batch_equal_fresh(self) -> None:
        ids = self._ids(12)
        parent = self._read(ids[:6]).state
        branches = [ids[6:7], ids[9:10], ids[6:7], ids[10:12]]
        readings = self._model.read([Read(parent, branch) for branch in branches])
        for branch, reading in zip(branches, readings, strict=True):
            fresh = self._read([*ids[:6], *branch, ids[11]]).logits
            self._same(reading.logits, fresh[6:-1], "a fork in a batch")
            self._same(self._read(ids[11:], reading.state).logits, fresh[-1:], "its next token")

    def test_rewind_then_read_equals_fresh(self) -> None:
        ids = self._ids(12)
        state = self._read(ids[:8]).state
        for length in (8, 5, 1, 0):
            earlier = self._model.rewind(state, length)
            if earlier is None:
                continue
            require(earlier.length == length, f"rewound to {length}, it says {earlier.length}")
            fresh = self._read([*ids[:length], *ids[8:12]]).logits[length:]
            self._same(self._read(ids[8:12], earlier).logits, fresh, f"rewound to {length}")
        whole = self._read(ids).logits[8:]
        self._same(self._read(ids[8:], state).logits, whole, "the state that was rewound")

    def test_a_state_never_changes(self) -> None:
        ids = self._ids(12)
        state = self._read(ids[:6]).state
        before = self._read(ids[6:8], state)
        for token in ids[8:12]:
            self._read([token, *ids[:3]], state)
            self._read([token], before.state)
        require(state.length == 6, f"a state of 6 tokens came to say {state.length}")
        self._same(self._read(ids[6:8], state).logits, before.logits, "a state read from again")

    def test_a_state_knows_its_length(self) -> None:
        ids, state = self._ids(6), self._model.start()
        require(isinstance(state, State), "start() returned what is no State (length, nbytes)")
        require(state.length == 0, f"a new state says it has read {state.length} tokens")
        for length in (1, 3, 6):
            state = self._read(ids[state.length : length], state).state
            require(state.length == length, f"after {length} tokens it says {state.length}")
            require(state.nbytes >= 0, f"a state holds {state.nbytes} bytes")

    def test_logits_are_finite_float32_rows_of_the_vocabulary(self) -> None:
        logits = self._read(self._ids(7)).logits
        shape = (7, self._model.tokenizer.vocabulary_size)
        require(
            isinstance(logits, ndarray), f"logits are a {type(logits).__name__}, not a numpy array"
        )
        require(logits.shape == shape, f"logits have the shape {logits.shape}, not {shape}")
        require(logits.dtype == np.float32, f"logits are {logits.dtype}, not float32")
        require(np.isfinite(logits).all(), "logits are not all finite")

    def test_logits_to_keep_gives_the_last_rows(self) -> None:
        ids, start = self._ids(5), self._model.start()
        whole = self._read(ids).logits
        for keep in (1, 2, 5, 9):
            kept = self._model.read([Read(start, ids, logits_to_keep=keep)])[0].logits
            self._same(kept, whole[-keep:], f"logits_to_keep={keep}")

    def test_reads_up_to_its_context_length(self) -> None:
        context = self._model.context_length
        if context is None or context > MOST_READ:
            return
        nearly = self._read((self._ids(24) * context)[: context - 1])
        reading = self._read(self._ids(1), nearly.state)
        require(reading.state.length == context, f"a full state says {reading.state.length}")
        require(np.isfinite(reading.logits).all(), "the last logits of the context are not finite")

    def test_gives_the_hidden_states_and_the_attention_that_it_offers(self) -> None:
        ids = self._ids(5)
        state = self._read(ids[:2]).state
        for need, shown in ((Need.HIDDEN, _check_hidden), (Need.ATTENTION, _check_attention)):
            if need in self._model.offers:
                read = Read(state, ids[2:], Need.LOGITS | need)
                shown(self._model.read([read])[0])

    def test_tells_what_a_layer_would_say_where_it_offers_that(self) -> None:
        model, ids = self._model, self._ids(5)
        if not isinstance(model, Unembeds) or Need.HIDDEN not in model.offers:
            return
        hidden = model.read([Read(model.start(), ids, Need.LOGITS | Need.HIDDEN)])[0].hidden
        if hidden is None:
            return  # another law's
        before = hidden[-2].copy()
        try:
            logits = model.unembed(hidden[-2])
        except InvalidInput:
            return  # it says that it cannot
        shape = (5, model.tokenizer.vocabulary_size)
        require(
            logits.shape == shape, f"a layer's logits have the shape {logits.shape}, not {shape}"
        )
        require(logits.dtype == np.float32, f"a layer's logits are {logits.dtype}, not float32")
        require(np.isfinite(logits).all(), "a layer's logits are not all finite")
        require((hidden[-2] == before).all(), "it changed the hidden states")
        alone = model.unembed(hidden[-2, :1])
        self._same(alone, logits[:1], "a layer's logits alone")

    def test_names_its_device_and_type(self) -> None:
        for name in ("device", "dtype"):
            value = getattr(self._model, name)
            require(isinstance(value, str) and value, f"{name} is {value!r}, not a name")

    @property
    def _model(self) -> LanguageModel:
        model: LanguageModel = self.once("model")
        return model

    def _ids(self, count: int) -> list[int]:
        """Tokens drawn from the whole vocabulary, the same each time; no more than the context holds."""
        vocabulary = self._model.tokenizer.vocabulary_size
        drawn: list[int] = np.random.default_rng(0).integers(vocabulary, size=24).tolist()
        context = self._model.context_length
        require(context is None or context >= 24, f"a context of {context} is too short to test")
        return drawn[:count]

    def _read(self, ids: Sequence[int], state: State | None = None) -> Reading:
        return self._model.read([Read(state or self._model.start(), tuple(ids))])[0]

    def _same(self, one: ndarray, other: ndarray, what: str) -> None:
        require(one.shape == other.shape, f"{what}: shape {one.shape}, not {other.shape}")
        with np.errstate(invalid="ignore"):  # infinite logits are another law's
            apart = float(np.abs(one - other).max())
        require(apart <= self.tolerance, f"{what}: logits are {apart:.2g} from the fresh ones")


def sample_of(vocabulary: int, count: int) -> list[int]:
    """At most `count` tokens spread evenly over the vocabulary, the first and the last with them."""
    return sorted({round(x) for x in np.linspace(0, vocabulary - 1, min(count, vocabulary))})


def _known(token: int | None) -> tuple[int, ...]:
    return () if token is None else (token,)


def _check_hidden(reading: Reading) -> None:
    hidden = reading.hidden
    if hidden is None:
        raise AssertionError("it offers hidden states and gave none")
    require(hidden.ndim == 3 and hidden.shape[1] == 3, f"hidden states of 3 tokens: {hidden.shape}")
    require(np.isfinite(hidden).all(), "hidden states are not all finite")


def _check_attention(reading: Reading) -> None:
    attention = reading.attention
    if attention is None:
        raise AssertionError("it offers attention and gave none")
    shape = attention.shape
    require(len(shape) == 4 and shape[2:] == (3, 5), f"attention of 3 tokens over 5: {shape}")
    require(np.allclose(attention.sum(-1), 1, atol=1e-3), "rows of attention do not sum to 1")
