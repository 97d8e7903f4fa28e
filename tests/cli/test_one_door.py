"""One door to the terminal: nothing in the front ends writes but the two modules that make text safe."""

from __future__ import annotations

import ast
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

import playground.ui
from playground.worker.log import FORM, SafeFormatter

UI = Path(playground.ui.__file__).parent
DOORS = {"cli/console.py", "repl/screen.py"}
"""They write, and safe text alone."""
MODULES = sorted(str(file.relative_to(UI)) for file in UI.rglob("*.py"))
WRITES = {"print", "echo", "secho", "echo_via_pager", "print_exc", "print_exception",
          "print_formatted_text", "ANSI", "HTML", "basicConfig", "input"}  # fmt: skip
"""Calls that write, or make formatted text of what may hold an escape sequence."""
ASKS = {"isatty", "fileno", "flush", "encoding"}
"""What a stream may be asked."""
SHOWS = {"progressbar", "confirm"}
"""Of click, whose text has to be safe."""
TAKES_A_STREAM = {
    "is_terminal",
    "has_colour",
    "write",
    "write_line",
    "styled",
    "setattr",
    "progressbar",
}
"""Functions of the doors that are told which stream; and a bar, whose label is checked apart."""


def problems(source: str) -> Iterator[str]:
    """Places where something could be written past the doors."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node)
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in (
            "sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__",
        ):  # fmt: skip
            yield from _of_stream(node, parents)


def _of_call(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in WRITES or ast.unparse(call.func) in ("os.write", "os.writev"):
        yield f"line {call.lineno}: {name}()"
    if name in SHOWS:
        texts = call.args[:1] or [k.value for k in call.keywords if k.arg == "label"]
        if not all(ast.unparse(text).startswith("one_line(") for text in texts):
            yield f"line {call.lineno}: {name}() of a text that is not made safe"


def _of_stream(stream: ast.Attribute, parents: dict[ast.AST, ast.AST]) -> Iterator[str]:
    parent = parents[stream]
    if isinstance(parent, ast.Attribute):
        call = parents[parent]
        constant = isinstance(call, ast.Call) and all(_is_constant(a) for a in call.args)
        if parent.attr in ASKS or (parent.attr == "write" and constant):
            return
    elif isinstance(parent, ast.keyword | ast.Call):
        call = parents[parent] if isinstance(parent, ast.keyword) else parent
        assert isinstance(call, ast.Call)
        if ast.unparse(call.func).rpartition(".")[2] in TAKES_A_STREAM:
            return
    elif isinstance(parent, ast.IfExp | ast.BoolOp):
        return  # whether there is one
    yield f"line {stream.lineno}: {ast.unparse(parent)}"


def _is_constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.isupper())


@pytest.mark.parametrize("module", sorted(set(MODULES) - DOORS))
def test_nothing_is_written_past_the_doors(module):
    assert list(problems((UI / module).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "print(text)",
        "click.echo(text)",
        "sys.stdout.write(text)",
        "sys.stderr.buffer.write(data)",
        "out = sys.stdout",
        "traceback.print_exc()",
        "os.write(1, data)",
        "print_formatted_text(text)",
        "click.progressbar(label=name, file=sys.stderr)",
        "shutil.copyfileobj(stream, sys.stdout)",
        "click.confirm(question)",
    ],
)
def test_what_writes_past_them_is_found(source):
    assert list(problems(source))


def test_the_doors_are_there():
    assert set(MODULES) >= DOORS


def test_a_log_is_safe_to_read_on_a_terminal():
    record = logging.LogRecord("x", logging.INFO, "", 0, "said %s", ("\x1b]0;owned\x07\n",), None)
    line = SafeFormatter(FORM).format(record)
    assert line.endswith("said ␛]0;owned␇\n")
