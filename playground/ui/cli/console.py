"""Where output goes: text on stdout, all else on stderr, colours and safe text on terminals.

Every front-end verb writes through here, so that a pipe gets the text as it is and a terminal
never gets an escape sequence that a model wrote. It knows no command and no model.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from playground.session.layout import table_lines
from playground.session.safe_text import safe_text

RESET = "\x1b[0m"
BOLD, DIM, RED, GREEN, YELLOW, CYAN = "1", "2", "31", "32", "33", "36"


def is_terminal(stream: TextIO) -> bool:
    return stream.isatty()


def has_colour(stream: TextIO) -> bool:
    """Whether escape codes may go to `stream`: NO_COLOR decides, then FORCE_COLOR, then TERM."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and is_terminal(stream)


def styled(text: str, style: str, stream: TextIO) -> str:
    """`text` in the SGR `style` where `stream` takes colours."""
    return f"\x1b[{style}m{text}{RESET}" if text and has_colour(stream) else text


def write(text: str, *, stream: TextIO | None = None, style: str = "") -> None:
    """Write `text`, to stdout if not told otherwise: safe on a terminal, as it is in a pipe."""
    stream = stream or sys.stdout
    shown = safe_text(text) if is_terminal(stream) else text
    stream.write(styled(shown, style, stream) if style else shown)
    stream.flush()


def write_line(text: str = "", *, stream: TextIO | None = None, style: str = "") -> None:
    write(text, stream=stream, style=style)
    write("\n", stream=stream)


def notice(text: str) -> None:
    """Something the user should know, a line on stderr."""
    write_line(text, stream=sys.stderr, style=DIM)


def warn(text: str, hint: str = "") -> None:
    _labelled("warning", YELLOW, text, hint)


def error(text: str, hint: str = "") -> None:
    _labelled("error", RED, text, hint)


def _labelled(label: str, colour: str, text: str, hint: str) -> None:
    write(f"{label}: ", stream=sys.stderr, style=colour)
    write_line(text, stream=sys.stderr)
    if hint:
        write("hint: ", stream=sys.stderr, style=CYAN)
        write_line(hint, stream=sys.stderr)


def print_json(value: Any) -> None:
    """`value` (msgspec Structs, dicts, lists, numbers) as JSON on stdout, a line for each of a list."""
    import msgspec

    if isinstance(value, list) and value:
        lines = ",\n  ".join(msgspec.json.encode(item).decode() for item in value)
        write_line(f"[\n  {lines}\n]")
        return
    write_line(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_json_line(value: Any) -> None:
    """`value` as one line of JSON on stdout."""
    import msgspec

    write_line(msgspec.json.encode(value).decode())


def print_table(
    headers: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[str] = ()
) -> None:
    """Aligned columns on stdout; those named in `right` are right-aligned. None is an empty cell.

    On a terminal the last column wraps under itself instead of running over the edge.
    """
    width = terminal_width() if is_terminal(sys.stdout) else None
    lines = table_lines(headers, rows, right=right, width=width)
    for number, line in enumerate(lines):
        write_line(line, style=BOLD if number == 0 else "")


def terminal_width() -> int:
    return shutil.get_terminal_size().columns


def prepare_streams() -> None:
    """Make the streams take any text: UTF-8 in a pipe, escapes for what a terminal cannot show."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            # The process was started with this stream closed.
            null = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(null, "r+", encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = stream.encoding if is_terminal(stream) else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")
