"""The pages of the documentation, and the commands that they show."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`(playground [^`]+)`(?!`)")
LANGUAGES = ("", "sh", "bash", "console")
PROGRAMS = ("playground", "make", "python", "echo")


@dataclass(frozen=True)
class Block:
    """Lines that are shown together, and so are run one after the other in one folder."""

    page: str
    line: int
    commands: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("prompts/*.md"))]


def blocks() -> list[Block]:
    """Every fenced block of commands: one whose first word is a program."""
    found = []
    for page in pages():
        text = page.read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            language, body = match.groups()
            lines = tuple(line for line in body.splitlines() if line.strip())
            if language in LANGUAGES and lines and lines[0].split()[0] in PROGRAMS:
                number = text.count("\n", 0, match.start()) + 2
                found.append(Block(str(page.relative_to(ROOT)), number, lines))
    return found


def spans() -> list[tuple[str, str]]:
    """(page, command) for every `playground …` in running text."""
    return [
        (str(page.relative_to(ROOT)), command)
        for page in pages()
        for command in SPAN.findall(FENCE.sub("", page.read_text(encoding="utf-8")))
    ]


def words(command: str) -> list[str] | None:
    """The command's words, its comment left out; None where it needs a shell."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    found = list(lexer)
    return None if any(set(word) <= set("|&;<>()") for word in found) else found


@pytest.fixture
def shown() -> SimpleNamespace:
    return SimpleNamespace(words=words, root=ROOT)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "block" in metafunc.fixturenames:
        metafunc.parametrize("block", blocks(), ids=str)
    if "span" in metafunc.fixturenames:
        metafunc.parametrize(
            "span", dict.fromkeys(spans()), ids=lambda span: f"{span[0]}: {span[1]}"
        )
