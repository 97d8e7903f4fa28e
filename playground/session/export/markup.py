"""A session to read: Markdown, and a page of HTML with every token in the colour of its probability."""

from __future__ import annotations

import math
import re
from html import escape

from playground.session.export.document import Document, date, spoken
from playground.session.nodes import Node
from playground.session.safe_text import one_line, safe_text
from playground.session.shades import SHADES, shade_of_tokens

INDENTED = 8
"""Levels of the tree that move a node to the right; a chain of turns is no staircase."""
STYLE = """
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 sans-serif }
article { margin: 1rem 0 } dl { margin: 0; font-size: .8rem; color: #555 }
dt, dd { display: inline; margin: 0 } dd { margin-right: 1rem }
pre { margin: .3rem 0; padding: .5rem; border-left: 3px solid #ccc; white-space: pre-wrap;
  overflow-wrap: anywhere; font: 1rem/1.6 monospace }
.line::before { content: "\\240a" }
"""


def to_markdown(document: Document) -> str:
    """A section for each node; its text between fences that are longer than any in it."""
    session = document.session
    parts = [f"# Session {code(document.title)}\n", f"Begun {date(session.created)}.\n"]
    for _, node in document.nodes:
        facts = "".join(f"- {what}: {code(value)}\n" for what, value in document.facts(node))
        parts.append(f"## {node.kind} {code(node.id)}\n\n{facts}\n{fenced(node.text)}")
    return "\n".join(parts)


def fenced(text: str) -> str:
    """`text` in a block of code; a newline is added at its end, as a fence needs a line of its own."""
    fence = "`" * max(3, _longest_ticks(text) + 1)
    return f"{fence}text\n{text}\n{fence}\n"


def code(text: str) -> str:
    """`text`, made one line, between ticks that are more than any in it."""
    line = one_line(text) or " "
    ticks = "`" * (_longest_ticks(line) + 1)
    # A tick or a space at an end needs a space before it, which is taken away again; spaces alone stay.
    space = " " * (line.strip("` ") != line and line.strip(" ") != "")
    return f"{ticks}{space}{line}{space}{ticks}"


def to_html(document: Document) -> str:
    """A page that needs nothing else and loads nothing; controls are glyphs, as in the terminal."""
    colours = "\n".join(f".p{place} {{ {shade.css} }}" for place, shade in enumerate(SHADES))
    legend = " ".join(
        f'<span class="p{place}"> {_html(shade.label)} </span>'
        for place, shade in enumerate(SHADES)
    )
    articles = "\n".join(_article(document, depth, node) for depth, node in document.nodes)
    title = _html(one_line(document.title))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{STYLE}{colours}
</style>
</head>
<body>
<h1>Session {title}</h1>
<p>Begun {date(document.session.created)}. The model's own probability of each token: {legend}</p>
{articles}
</body>
</html>
"""


def _article(document: Document, depth: int, node: Node) -> str:
    facts = "".join(
        f"<dt>{what}</dt> <dd>{_html(one_line(value))}</dd>" for what, value in document.facts(node)
    )
    spans = "".join(_span(text, logprobs) for text, logprobs in spoken(node))
    return (
        f'<article id="{node.id}" style="margin-left: {2 * min(depth, INDENTED)}rem">\n'
        f"<dl><dt>{node.kind}</dt> <dd>{node.id}</dd>{facts}</dl>\n<pre>{spans}</pre>\n</article>"
    )


def _span(text: str, logprobs: list[float]) -> str:
    shown = _html(safe_text(text))
    if not logprobs:
        return shown
    numbers = " ".join(f"{math.exp(logprob):.2g}" for logprob in logprobs)
    # A line break has a sign that is seen and not copied.
    lines = shown.replace("\n", '<span class="line"></span>\n')
    return (
        f'<span class="p{SHADES.index(shade_of_tokens(logprobs))}" title="{numbers}">{lines}</span>'
    )


def _longest_ticks(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _html(text: str) -> str:
    return escape(text, quote=True)
