"""What was typed and what came of it, as a text that people read and that runs again.

    # a comment
    > a line that is typed
    >> and goes on
    | what came of it

What is another one each time, such as seconds and ids, is written as a dot or a word, and so compared. A
line that is typed and has no outcome below it is run and not compared.
"""

from __future__ import annotations

import difflib
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import msgspec

from playground.api.errors import InvalidInput
from playground.api.outputs import EditText, Output, Quit
from playground.session.actions.line import literal
from playground.session.choices import NAMES, written
from playground.session.plain_text import PlainText

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

TYPED, MORE, OUTCOME, COMMENT = ">", ">>", "|", "#"
CHANGING = (
    (re.compile(r"\bin \d+\.\d+ s\b( \([\d,]+/s\))?"), "in … s"),
    (re.compile(r"\b[01][0-9a-hjkmnp-tv-z]{12}\b"), "ID"),
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?\b"), "TIME"),
    (re.compile(r"[\d,]+ of them\b"), "… of them"),
)
"""What no two runs have in common, and what stands for it."""
DRAWN = 2**32


class Step(msgspec.Struct, frozen=True):
    """A typed line, where it stands in its file, and the outcome that is expected of it, if one is."""

    number: int
    line: str
    expected: str | None


class Said:
    """Collects outputs as a transcript writes them."""

    def __init__(self) -> None:
        self._plain = PlainText()
        self._parts: list[str] = []

    def take(self, output: Output) -> None:
        self._parts.append(self._plain.take(output))

    def text(self) -> str:
        """All of it, without the last line's end."""
        text = "".join(self._parts)
        for pattern, word in CHANGING:
            text = pattern.sub(word, text)
        return text.removesuffix("\n")


class Recording:
    """A transcript that is being written, step by step."""

    def __init__(self, file: Path) -> None:
        """Raises InvalidInput where the file is there already, or cannot be written."""
        self.file = file
        try:
            self._stream: TextIO = file.open("x", encoding="utf-8", newline="")
        except OSError as error:
            raise InvalidInput(
                f"cannot write {file}: {error.strerror}", "choose another name"
            ) from None

    def write(self, line: str, outcome: str = "") -> None:
        """A step, written at once."""
        self._stream.write(as_written(line, outcome))
        self._stream.flush()

    def close(self) -> None:
        self._stream.close()


def as_written(line: str, outcome: str = "") -> str:
    """A step as a transcript writes it, with the end of its last line."""
    first, *rest = line.split("\n")
    lines = [_marked(TYPED, first), *(_marked(MORE, each) for each in rest)]
    if outcome:
        lines += [_marked(OUTCOME, each) for each in outcome.split("\n")]
    return "\n".join(lines) + "\n"


def begin(bench: Workbench, name: str) -> Recording:
    """Record what comes from now on: from an empty text, with a seed, and with all settings told first."""
    recording = Recording(Path(name).expanduser())
    if bench.choices.seed is None:
        bench.choose(seed=secrets.randbelow(DRAWN))
    if len(bench.tree):
        bench.begin()
    recording.write("/new")
    values = {each: written(bench.choices, each) for each in NAMES}
    values |= {"chain": bench.chain, "max_tokens": str(bench.max_tokens)}
    for each, value in values.items():
        recording.write(f"/set {each} {value}")
    return recording


def read(name: str) -> list[Step]:
    """The steps of a transcript. Raises InvalidInput, with the line, for what is none."""
    file = Path(name).expanduser()
    try:
        text = file.read_bytes().decode("utf-8")
    except OSError as error:
        raise InvalidInput(f"cannot read {name!r}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name} is not UTF-8 at byte {error.start}") from None
    return steps(text, name)


def steps(text: str, name: str) -> list[Step]:
    """The steps that `text` writes; `name` is what errors call it."""
    found: list[Step] = []
    for number, line in enumerate(text.split("\n"), 1):
        mark, _, rest = line.partition(" ")
        if mark == TYPED:
            found.append(Step(number, rest, None))
        elif mark == MORE and found and found[-1].expected is None:
            found[-1] = msgspec.structs.replace(found[-1], line=f"{found[-1].line}\n{rest}")
        elif mark == OUTCOME and found:
            before = found[-1].expected
            now = rest if before is None else f"{before}\n{rest}"
            found[-1] = msgspec.structs.replace(found[-1], expected=now)
        elif line.strip() and not line.startswith(COMMENT):
            raise InvalidInput(
                f"{name}:{number}: a line begins with {TYPED}, {MORE}, {OUTCOME} or {COMMENT}"
            )
    return found


class Differs(InvalidInput):
    """A transcript whose outcome is another one than it says."""

    exit_code = 1


def play(bench: Workbench, steps: list[Step], name: str) -> Iterator[tuple[Step, str]]:
    """Run a transcript, giving each step and what came of it. Raises Differs at the first difference."""
    for step in steps:
        said, left = Said(), False
        for output in bench.run(step.line):
            said.take(output)
            left = left or isinstance(output, Quit)
        outcome = said.text()
        yield step, outcome
        if step.expected is not None and outcome != step.expected:
            raise Differs(f"{name}:{step.number}: the outcome differs", difference(step, outcome))
        if left:
            return


def difference(step: Step, outcome: str) -> str:
    """What was expected (-) and what came (+), line by line."""
    expected = (step.expected or "").split("\n")
    lines = difflib.unified_diff(
        expected, outcome.split("\n"), "expected", "came", lineterm="", n=2
    )
    return f"> {step.line}\n" + "\n".join(lines)


def typed_instead(line: str, output: Output, reply: Any) -> str:
    """The line to record: an edited text is written out, as an editor cannot be asked again."""
    return f"/edit {literal(reply)}" if isinstance(output, EditText) and reply else line


def _marked(mark: str, text: str) -> str:
    return f"{mark} {text}" if text else mark
