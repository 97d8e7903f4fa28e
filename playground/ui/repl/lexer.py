"""Colours of a line while it is typed: the command, and the chain of those that take one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer

from playground.session.workbench import Workbench

CHAIN = re.compile(r"^/(?:strategy|set\s+chain)\s+")
TOKENS = re.compile(
    r"(?P<text>\"[^\"]*\"?|'[^']*'?)|(?P<number>-?\d+(?:\.\d*)?(?:e-?\d+)?)"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<pipe>\|)|(?P<other>\s+|.)"
)


class LineLexer(Lexer):
    """Colours commands and chains; a text stays as it is."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines = document.lines
        command = lines[0].startswith("/") and not lines[0].startswith("//")

        def line(number: int) -> StyleAndTextTuples:
            text = lines[number] if number < len(lines) else ""
            return list(self._command(text)) if command and number == 0 else [("", text)]

        return line

    def _command(self, line: str) -> Iterator[tuple[str, str]]:
        if found := CHAIN.match(line):
            yield "class:command", line[: found.end()]
            yield from self._chain(line[found.end() :])
            return
        name, space, rest = line.partition(" ")
        yield ("class:command" if self._is_known(name[1:]) else "class:unknown"), name
        yield "class:argument", space + rest

    def _chain(self, text: str) -> Iterator[tuple[str, str]]:
        plugins = self._bench.plugins_or_nothing
        for found in TOKENS.finditer(text):
            kind, word = str(found.lastgroup), found.group()
            after = text[found.end() : found.end() + 1]
            if kind == "word" and after == "=":
                kind = "option"
            elif kind == "word" and plugins:
                known = word in plugins.processors or word in plugins.strategies
                kind = "stage" if known else "word"
            yield f"class:chain.{kind}", word

    def _is_known(self, name: str) -> bool:
        from playground.session.actions.table import BUILT_IN

        names = self._bench.actions if self._bench.plugins_or_nothing else BUILT_IN
        return any(each.startswith(name) for each in names)
