"""Texts as the token sequences that a transformer reads: windows of one stream, or packed examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.api import InvalidInput
from playground_train.data.batches import IGNORED, Batch, Batches, Packed, Windows, padded
from playground_train.data.packing import pack
from playground_train.data.splitting import split
from playground_train.subjects.subject import Size

if TYPE_CHECKING:
    from playground_train.data.reading import Corpus
    from playground_train.gpt import TransformerRecipe

Encode = Callable[[list[str]], list[list[int]]]
EVALUATED_ROWS = 16
PIECE = 100_000
"""Characters of a document that are encoded at a time; it is cut at the next line break."""


@dataclass(frozen=True)
class Sequences:
    """Training batches, and held-out text as one stream or as packed sequences."""

    batches: Batches
    held_out: np.ndarray | list[list[np.ndarray]]
    size: Size
    notes: tuple[str, ...]
    end: int | None
    opening: tuple[int, ...]
    """What a sample continues."""
    decode: Callable[[list[int]], str]
    time: int
    isolated: bool


def sequences_for(
    recipe: TransformerRecipe,
    corpus: Corpus,
    encode: Encode,
    decode: Callable[[list[int]], str],
    end: int | None,
) -> Sequences:
    """The texts of a corpus, encoded and cut.

    Raises InvalidInput where they are too short, and for an example that is refused.
    """
    by_hash = recipe.split == "hash" or (recipe.split == "auto" and corpus.examples)
    sides = split(corpus.texts, recipe.validation_share, by_hash=by_hash)
    closing = [end] if recipe.end_of_text and end is not None else []
    opening = _opening(recipe, corpus, encode, end)
    time, rows = recipe.sequence_length, recipe.batch_size
    if corpus.examples:
        training, longer = _examples(recipe, sides.training, encode, closing)
        held_out, longer_held = _examples(recipe, sides.held_out, encode, closing)
        notes = told_of_longer(longer + longer_held, time, recipe.overlong)
        batches: Batches = Packed(training, rows, recipe.seed, recipe.isolate)
        counts = [sum(map(len, sequence)) - 1 for sequence in held_out]
        size = Size(_tokens(training), sum(counts), sides.held_out)
        return Sequences(batches, held_out, size, notes, end, opening, decode, time, recipe.isolate)
    ids, held = (_stream(side, encode, closing) for side in (sides.training, sides.held_out))
    batches = Windows(ids, rows, time, recipe.stride or time, recipe.seed)
    size = Size(len(ids), len(held) - 1, sides.held_out)
    return Sequences(batches, held, size, (), end, opening, decode, time, isolated=False)


def _opening(
    recipe: TransformerRecipe, corpus: Corpus, encode: Encode, end: int | None
) -> tuple[int, ...]:
    if corpus.examples and recipe.prefix:
        return tuple(encode([recipe.prefix.rstrip()])[0])
    return (end,) if end is not None else tuple(encode(["the"])[0])


def _stream(texts: Sequence[str], encode: Encode, closing: list[int]) -> np.ndarray:
    """All texts as one stream of tokens, each followed by `closing`."""
    ids: list[np.ndarray] = []
    for text in texts:
        ids += [np.array(piece, np.int32) for piece in encode(list(pieces(text)))]
        ids.append(np.array(closing, np.int32))
    return np.concatenate(ids)


def pieces(text: str) -> Iterator[str]:
    """The text in parts that end before a line's first letter, where byte-pair encoding is cut anyway."""
    start = 0
    while len(text) - start > PIECE:
        cut = text.find("\n", start + PIECE)
        while 0 <= cut < len(text) - 1 and text[cut + 1].isspace():
            cut = text.find("\n", cut + 1)
        if cut < 0:
            break
        yield text[start : cut + 1]
        start = cut + 1
    yield text[start:]


def _examples(
    recipe: TransformerRecipe, texts: Sequence[str], encode: Encode, closing: list[int]
) -> tuple[list[list[np.ndarray]], int]:
    """Examples in an order drawn by the seed, packed; and how many were longer than a sequence."""
    limit = recipe.sequence_length + 1  # the last token is only a target
    encoded = [np.array([*ids, *closing], np.int32) for ids in encode(list(texts))]
    fitting = [ids for ids in (fitted(ids, limit, recipe.overlong) for ids in encoded) if len(ids)]
    if not fitting:
        raise InvalidInput(
            f"all {len(encoded):,} examples are longer than {recipe.sequence_length} tokens",
            "raise sequence_length, or cut them: overlong",
        )
    order = np.random.default_rng(recipe.seed).permutation(len(fitting))
    shuffled = [fitting[index] for index in order]
    packed = [
        _joined([shuffled[index] for index in places], drop=recipe.drop_first_token)
        for places in pack([len(ids) for ids in shuffled], limit, recipe.packing)
    ]
    packed = [sequence for sequence in packed if sum(map(len, sequence)) > 1]
    return packed, sum(len(ids) > limit for ids in encoded)


def told_of_longer(longer: int, tokens: int, overlong: str) -> tuple[str, ...]:
    """What was done to examples of more than so many tokens, if there were any."""
    done = "dropped" if overlong == "drop" else "cut"
    return (f"{longer:,} examples longer than {tokens:,} tokens were {done}",) if longer else ()


def fitted(ids: np.ndarray, limit: int, overlong: str) -> np.ndarray:
    """An example of at most `limit` tokens, or nothing of it. Raises InvalidInput where it is refused."""
    if len(ids) <= limit:
        return ids
    if overlong == "refuse":
        raise InvalidInput(
            f"an example has {len(ids):,} tokens, more than the {limit:,} that a sequence has room for",
            "raise sequence_length, or let overlong be drop or cut",
        )
    return ids[: limit if overlong == "cut" else 0]


def _joined(examples: list[np.ndarray], *, drop: bool) -> list[np.ndarray]:
    return [examples[0], *(ids[1:] if drop else ids for ids in examples[1:])]


def _tokens(sequences: Sequence[Sequence[np.ndarray]]) -> int:
    return sum(len(ids) for sequence in sequences for ids in sequence)


def held_out_batches(texts: Sequences, limit: int) -> Iterator[Batch]:
    """Held-out text in batches: every token but the first is scored once, or `limit` tokens of all."""
    if isinstance(texts.held_out, list):
        yield from _packed_batches(texts, texts.held_out, limit)
        return
    ids, time = texts.held_out, texts.time
    starts = spread(np.arange(0, len(ids) - 1, time), -(-limit // time))
    for first in range(0, len(starts), EVALUATED_ROWS):
        window = starts[first : first + EVALUATED_ROWS, None] + np.arange(time + 1)
        known = window < len(ids)
        held = ids[window.clip(0, len(ids) - 1)].astype(np.int64)
        yield Batch(held[:, :-1], np.where(known[:, 1:], held[:, 1:], IGNORED))


def _packed_batches(
    texts: Sequences, held_out: list[list[np.ndarray]], limit: int
) -> Iterator[Batch]:
    places = spread(np.arange(len(held_out)), -(-limit // texts.time))
    for first in range(0, len(places), EVALUATED_ROWS):
        chosen = places[first : first + EVALUATED_ROWS]
        yield padded([held_out[index] for index in chosen], isolated=texts.isolated)


def spread(places: np.ndarray, count: int) -> np.ndarray:
    """`count` of the places, evenly spread; all where that is 0."""
    if not count or count >= len(places):
        return places
    chosen: np.ndarray = places[np.linspace(0, len(places) - 1, count).round().astype(int)]
    return chosen
