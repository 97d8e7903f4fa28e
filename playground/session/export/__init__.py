"""A session as a file, in one form or another. None of them can be broken by what a model wrote."""

from __future__ import annotations

from collections.abc import Callable

from playground.session.export.document import Document
from playground.session.export.markup import to_html, to_markdown
from playground.session.export.values import to_csv, to_json, to_jsonl

FORMATS: dict[str, Callable[[Document], str]] = {
    "md": to_markdown,
    "json": to_json,
    "jsonl": to_jsonl,
    "html": to_html,
    "csv": to_csv,
}

__all__ = ["FORMATS", "Document"]
