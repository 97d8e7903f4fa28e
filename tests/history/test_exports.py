"""Nothing that a model or a person wrote breaks an export, and nothing of it is lost on the way."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from playground.session.export import FORMATS, Document
from playground.session.export.markup import code, fenced
from playground.session.export.values import FORMULA, cell
from playground.session.nodes import Node, NodeToken
from playground.session.safe_text import one_line, safe_text
from playground.session.shades import SHADES
from playground.ui.cli import console, probability

HOSTILE = "</pre><script>alert(1)</script>`````\n```\n# no heading\n\x1b[31m\u202e =1+1&amp;"
BY_PROPERTY = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)


@pytest.fixture
def document(history):
    """A session whose one node says `texts`, a token each, and that is called `name`."""

    def document(*texts: str, name: str | None = None, logprob: float = -0.5) -> Document:
        session = history.begin()
        tokens = tuple(NodeToken(i, text, logprob, logprob) for i, text in enumerate(texts))
        node = Node(
            id=session, parent=None, kind="chosen", text="".join(texts), created=0, tokens=tokens,
            name=name,
        )  # fmt: skip
        history.add(session, [node])
        return Document.of(history, history.session(session))

    return document


class Page(HTMLParser):
    """What a browser makes of a page: its tags, and the text within `pre`."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self._inside = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "pre":
            self._inside = True
            self.texts.append("")

    def handle_endtag(self, tag):
        self._inside &= tag != "pre"

    def handle_data(self, data):
        if self._inside:
            self.texts[-1] += data


TAGS = {
    "html", "head", "meta", "title", "style", "body", "h1", "p", "span", "article", "dl", "dt",
    "dd", "pre",
}  # fmt: skip
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "title", "id", "style"}


@BY_PROPERTY
@given(st.lists(st.text(max_size=8), max_size=5), st.none() | st.text(min_size=1, max_size=9))
@example([HOSTILE], HOSTILE)
@example(["\r", "\n"], None)
def test_html_shows_every_text_and_obeys_none(document, texts, name):
    name = name if name and name.strip() else None
    page = Page(FORMATS["html"](document(*texts, name=name)))
    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert page.texts == [safe_text("".join(texts))]


def test_html_loads_nothing_and_may_run_nothing(document):
    page = FORMATS["html"](document("x"))
    assert "default-src 'none'" in page
    assert not re.search(r"https?:|url\(|@import|src=|href=", page)


def test_html_has_the_colours_of_the_terminal(document, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    xterm = {16: "#000000", 231: "#ffffff", 53: "#5f005f", 24: "#005f87", 30: "#008787",
             71: "#5faf5f", 149: "#afd75f", 227: "#ffff5f"}  # fmt: skip
    for place, (logprob, shade) in enumerate(
        zip((-9, -4, -2, -1, -0.5, -0.1), SHADES, strict=True)
    ):
        ((_, style), _) = probability.coloured("x", [logprob])
        assert style == f"38;5;{shade.foreground};48;5;{shade.background}"
        page = FORMATS["html"](document("x", logprob=logprob))
        colours = f"color:{xterm[shade.foreground]};background:{xterm[shade.background]}"
        assert f".p{place} {{ {colours} }}" in page
        assert re.search(rf'<span class="p{place}" title="[\d.e-]+">x</span>', page)
    assert console.DIM == "2"


def test_html_shows_halves_of_a_character_with_the_token_that_completes_it(document):
    page = FORMATS["html"](document("", "é", "!"))
    assert page.count("<span class=") == len(SHADES) + 2
    assert 'title="0.61 0.61">é</span>' in page


@given(st.text())
@example("```\n````")
def test_a_fence_is_longer_than_any_in_the_text(text):
    opening, *lines, closing = fenced(text).rstrip("\n").split("\n")
    fence = opening.removesuffix("text")
    assert set(fence) == {"`"}
    assert closing == fence
    assert "\n".join(lines) == text
    assert not any(line.strip().startswith(fence) for line in lines)


@BY_PROPERTY
@given(st.lists(st.text(max_size=8), max_size=5), st.none() | st.text(min_size=1, max_size=9))
@example([HOSTILE], HOSTILE)
def test_markdown_shows_every_text_as_a_block_of_code(document, texts, name):
    parser = pytest.importorskip("markdown_it", reason="the extra `dev` has a parser of Markdown")
    name = name if name and name.strip() else None
    found = parser.MarkdownIt().parse(FORMATS["md"](document(*texts, name=name)))
    # A parser makes \r a line end and NUL a sign that stands for what cannot be shown.
    text = re.sub("\r\n?", "\n", "".join(texts) + "\n").replace("\0", "\ufffd")
    assert [token.content for token in found if token.type == "fence"] == [text]
    assert [token.tag for token in found if token.type == "heading_open"] == ["h1", "h2"]
    assert not any(token.type == "html_block" for token in found)
    inline = [child for token in found for child in token.children or ()]
    assert {child.type for child in inline} <= {"text", "code_inline"}
    if name:
        assert one_line(name) in {child.content for child in inline}


@given(st.text())
@example("`")
@example("  ")
def test_a_fact_in_markdown_is_one_span_of_code(text):
    parser = pytest.importorskip("markdown_it", reason="the extra `dev` has a parser of Markdown")
    (span,) = parser.MarkdownIt().parseInline(code(text))[0].children
    assert (span.type, span.content) == ("code_inline", one_line(text) or " ")


@given(st.text())
@example("=1+1")
@example("'=1")
@example("\t=1")
def test_a_cell_is_no_formula_and_the_text_can_be_had_back(text):
    written = cell(text)
    assert not written.startswith(FORMULA)
    assert (written[1:] if written.startswith("'") else written) == text


@BY_PROPERTY
@given(st.lists(st.text(max_size=5), max_size=5), st.floats(max_value=0, width=32, allow_nan=False))
@example(["=cmd|' /C calc'!A0", "-1", '"'], -1.0)
def test_csv_has_a_row_for_each_token_and_no_cell_that_computes(document, texts, logprob):
    rows = list(csv.DictReader(io.StringIO(FORMATS["csv"](document(*texts, logprob=logprob)), "")))
    assert [row["text"] for row in rows] == [cell(text) for text in texts]
    for row in rows:
        numbers = {row.pop("logprob"), row.pop("raw_logprob")}
        assert all(number == "" or float(number) <= 0 for number in numbers)
        assert not any(value.startswith(FORMULA) for value in row.values())


@BY_PROPERTY
@given(st.lists(st.text(max_size=8), max_size=5), st.sampled_from([-0.5, float("-inf")]))
@example([HOSTILE, "\0"], -1.0)
def test_json_is_all_of_it(document, texts, logprob):
    made = document(*texts, logprob=logprob)
    whole = json.loads(FORMATS["json"](made))
    (line,) = [json.loads(line) for line in FORMATS["jsonl"](made).split("\n")[:-1]]
    for node in (whole["nodes"][0], line):
        assert node["text"] == "".join(texts)
        assert [token["text"] for token in node["tokens"]] == texts
        expected = None if logprob == float("-inf") else logprob
        assert {token["logprob"] for token in node["tokens"]} <= {expected}
    assert whole["session"]["id"] == line["session"]


def test_exports_have_what_is_not_deleted_and_its_run(history, record):
    kept = record(" upon")
    record(" gone", prompt="", session=kept.session)
    history.hide(history.tree(kept.session).cursor, True)
    made = Document.of(history, history.session(kept.session))
    for form in ("md", "html", "json", "jsonl"):
        text = FORMATS[form](made)
        assert "Once" in text
        assert " upon" in text
        assert "gone" not in text
        assert "fox" in text
    assert json.loads(FORMATS["json"](made))["runs"].popitem()[1]["seed"] == 7
