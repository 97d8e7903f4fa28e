"""All that was written and said in this session: nodes under each other, to go to, compare, mark and hide."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import DataTable, Footer, Static

from playground.session.actions.words import quoted
from playground.session.nodes import Node
from playground.session.safe_text import one_line
from playground.ui.tui.keys import bindings
from playground.ui.tui.messages import Run, TypeLine
from playground.ui.tui.screens.place import PlaceScreen
from playground.ui.tui.widgets.banner import Banner
from playground.ui.tui.widgets.row_table import Line, RowTable

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

COLUMNS = ("", "node", "name", "kind", "model", "tokens", "perplexity", "text")
SHOWN = 200
"""Characters of a node's text, at most."""
EMPTY = "Nothing is here yet: F2, write a text, and let a model go on."


class TreeScreen(PlaceScreen):
    """The tree as a table; depth is indented where there are several children."""

    BINDINGS = bindings("tree")

    def __init__(self, bench: Workbench) -> None:
        super().__init__()
        self._bench = bench
        self._compared: str | None = None
        """The first of two nodes that are compared."""

    def compose(self) -> ComposeResult:
        yield Static(" Tree", classes="title", markup=False)
        yield Static(EMPTY, id="empty", markup=False)
        yield RowTable(COLUMNS)
        yield Banner()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.work_changed()

    def on_screen_resume(self) -> None:
        self.work_changed()

    def work_changed(self) -> None:
        """Show the tree as it is."""
        if not self.is_mounted:
            return
        tree = self._bench.tree
        numbers = {node.id: number for number, node in enumerate(tree, 1)}
        level: dict[str | None, int] = {None: 0}
        lines = []
        for _, node in tree.walk():
            level[node.id] = level[node.parent] + (len(tree.siblings(node.id)) > 1)
            lines.append(self._line(node, numbers[node.id], level[node.id]))
        self._table.fill(lines, tree.cursor)
        self.set_class(not lines, "-empty")

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self.action_go()

    # What keys do

    def action_go(self) -> None:
        self._run("/goto {}")

    def action_pin(self) -> None:
        self._run("/pin {}")

    def action_delete(self) -> None:
        self._run("/delete {}")

    def action_name(self) -> None:
        if (node := self._table.chosen) is not None:
            name = quoted(self._bench.tree[node].name or "NAME")
            self.post_message(TypeLine(f"/name {one_line(name)} {self._bench.number(node)}"))

    def action_diff(self) -> None:
        node = self._table.chosen
        if node is None:
            return
        if self._compared is None or self._compared == node:
            self._compared = node
            self.notify("now the other one: d on it compares both", markup=False)
            self.work_changed()
            return
        first, self._compared = self._compared, None
        pair = (self._bench.number(first), self._bench.number(node))
        self.post_message(Run(f"/diff {pair[0]} {pair[1]}", shown=True))
        self.work_changed()

    def _run(self, line: str) -> None:
        if (node := self._table.chosen) is not None:
            self.post_message(Run(line.format(self._bench.number(node))))

    def _line(self, node: Node, number: int, level: int) -> Line:
        spoken = self._bench.spoken.get(node.id)
        here = node.id == self._bench.tree.cursor
        mark = "▶" if here else "≠" if node.id == self._compared else "★" if node.pinned else ""
        cells = (
            mark,
            "  " * level + str(number),
            node.name or "",
            node.ended or node.kind,
            spoken.started.model if spoken else "",
            str(len(node.tokens) or ""),
            _perplexity(node),
            node.text[:SHOWN],
        )
        return Line(node.id, cells, "bold" if here else "")

    @property
    def _table(self) -> RowTable:
        return self.query_one(RowTable)


def _perplexity(node: Node) -> str:
    """By the model alone, over the node's own tokens."""
    if not node.tokens:
        return ""
    loss = -math.fsum(token.raw_logprob for token in node.tokens) / len(node.tokens)
    return f"{math.exp(min(loss, 700)):.3g}"
