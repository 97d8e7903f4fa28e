"""Lines that keys of the document run, as if they had been typed; and which lines are about the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.session.actions.table import BUILT_IN
from playground.ui.tui.pieces import Piece

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

NOT_ABOUT_TEXT = {"model", "chain", "request", "program", "p", "shots"}


def is_about_text(line: str) -> bool:
    """Whether a line may read or change the document; those of plugins may."""
    name = line.removeprefix("/").partition(" ")[0]
    action = BUILT_IN.get(name) if line.startswith("/") else None
    return action is None or not {action.group, action.name} & NOT_ABOUT_TEXT


def taking(bench: Workbench, piece: Piece, rank: int) -> tuple[str, ...]:
    """Another token instead of this one; where one is there already, `/undo` takes it back in one step."""
    there = (f"/goto {bench.number(piece.node)}",) if piece.node != bench.tree.cursor else ()
    return *there, f"/alt {piece.at} {rank}"


def explaining(bench: Workbench, piece: Piece) -> str:
    """Why it was said; one stays where one is."""
    return f"/why {piece.at} {bench.number(piece.node)}"


def beside(bench: Workbench, step: int) -> str | None:
    """To the next try of the same place, or the one before; None where there is none."""
    node = bench.node
    if node is None:
        return None
    tries = bench.tree.siblings(node.id)
    place = [each.id for each in tries].index(node.id) + step
    return f"/goto {bench.number(tries[place].id)}" if 0 <= place < len(tries) else None
