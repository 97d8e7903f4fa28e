"""Where one is and what is asked, as the bar at the top says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.session.shown_path import shown_path

if TYPE_CHECKING:
    from playground.session.workbench import Workbench


@dataclass(frozen=True)
class Whereabouts:
    """The model, the template, the node, how long the text is, how fast the last one came."""

    model: str
    template: str
    place: str
    characters: int
    rate: str


def whereabouts_of(bench: Workbench) -> Whereabouts:
    end = bench.last.finished if bench.last else None
    return Whereabouts(
        shown_path(bench.choices.model),
        bench.choices.template or "",
        _place(bench),
        len(bench.text),
        f"{end.tokens / end.seconds:,.0f}/s" if end and end.tokens and end.seconds else "",
    )


def _place(bench: Workbench) -> str:
    node = bench.node
    if node is None:
        return ""
    tries = bench.tree.siblings(node.id)
    at = f" · try {[n.id for n in tries].index(node.id) + 1} of {len(tries)}"
    name = f" {node.name}" if node.name else ""
    return f"node {bench.number(node.id)}{name}{at * (len(tries) > 1)}"
