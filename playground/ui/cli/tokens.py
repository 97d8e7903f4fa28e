"""`playground tokens`: how a text is cut into tokens, by one tokenizer or by two side by side.

Loads tokenizers, never weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import click

from playground.ui.cli import complete
from playground.ui.cli.common import (
    App,
    json_option,
    notice,
    print_json,
    print_table,
    read_text,
)
from playground.ui.cli.token_text import quoted

if TYPE_CHECKING:
    from playground.api import Tokenizer


@dataclass(frozen=True, slots=True)
class Piece:
    """A token, its spelling in the vocabulary, and the bytes that it adds to the text."""

    id: int
    label: str
    bytes: bytes

    @property
    def text(self) -> str:
        return self.bytes.decode("utf-8", "replace")


@click.command("tokens")
@click.argument("text", required=False)
@click.option(
    "-m",
    "--model",
    metavar="NAME",
    shell_complete=complete.models,
    help="Whose tokenizer: a model's name or folder (playground models list).",
)
@click.option(
    "--diff",
    "other",
    metavar="MODEL2",
    shell_complete=complete.models,
    help="Show the tokens of another model's tokenizer beside them.",
)
@json_option
@click.pass_obj
def command(
    app: App,
    text: str | None,
    model: str | None,
    other: str | None,
    as_json: bool,
) -> None:
    """The tokens of TEXT: ids, pieces and bytes; `-` or a pipe reads it from stdin."""
    from playground.api import Lossy

    session = app.session(model=model)
    text = read_text(text)
    names = [session.settings.model, *([other] if other else [])]
    tokenizers = [session.tokenizer(name) for name in names]
    for tokenizer in tokenizers:
        if isinstance(tokenizer, Lossy):
            for line in tokenizer.notices(text):
                notice(line)
    cuts = [pieces_of(tokenizer, text) for tokenizer in tokenizers]
    if as_json:
        lists = [[_as_json(piece) for piece in pieces] for pieces in cuts]
        print_json(dict(zip(names, lists, strict=True)) if other else lists[0])
    elif other:
        _print_both(names, cuts)
    else:
        rows = [(p.id, p.label, quoted(p.text), p.bytes.hex(" ")) for p in cuts[0]]
        print_table(("id", "piece", "text", "bytes"), rows, right=("id",))
    for name, pieces in zip(names, cuts, strict=True):
        notice(f"{name}: {len(pieces)} tokens for {len(text)} characters")


def pieces_of(tokenizer: Tokenizer, text: str) -> list[Piece]:
    """The tokens of `text` in order."""

    # A long text repeats itself: one object a distinct piece keeps millions of tokens small.
    @cache
    def piece(token: int, previous: int | None) -> Piece:
        return Piece(token, tokenizer.label(token), tokenizer.piece(token, previous))

    ids = tokenizer.encode(text)
    return list(map(piece, ids, [None, *ids]))


@cache
def _as_json(piece: Piece) -> dict[str, object]:
    return {"id": piece.id, "text": piece.text, "bytes": list(piece.bytes)}


def _print_both(names: Sequence[str], cuts: Sequence[Sequence[Piece]]) -> None:
    rows = [
        ("" if len(left) == len(right) == 1 else "*", _shown(left), _shown(right))
        for left, right in side_by_side(*cuts)
    ]
    print_table(("", *names), rows)


def _shown(pieces: Sequence[Piece]) -> str:
    return " ".join(f"{piece.label}({piece.id})" for piece in pieces)


def side_by_side(
    left: Sequence[Piece], right: Sequence[Piece]
) -> Iterator[tuple[list[Piece], list[Piece]]]:
    """Pairs of the shortest runs of tokens that spell the same, spaces and case aside.

    Tokenizers that lower-case or move spaces still line up; what never lines up is one last pair.
    """
    ends = _ends(left), _ends(right)
    borders = sorted({*ends[0]} & {*ends[1]} | {max([*ends[0], *ends[1]], default=0)})
    start = [0, 0]
    for border in borders:
        runs = []
        for side, pieces in enumerate((left, right)):
            stop = start[side]
            while stop < len(pieces) and ends[side][stop] <= border:
                stop += 1
            runs.append(list(pieces[start[side] : stop]))
            start[side] = stop
        yield runs[0], runs[1]


def _ends(pieces: Sequence[Piece]) -> list[int]:
    """How many bytes that are no space have been spelt after each piece."""
    ends, total = [], 0
    for piece in pieces:
        total += sum(len(part) for part in piece.bytes.lower().split())
        ends.append(total)
    return ends
