"""llguidance, which matches tokens with grammars, where it is installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from playground.api import InvalidInput


def library() -> Any:
    """The module. Raises InvalidInput where it is not installed."""
    try:
        return import_module("llguidance")
    except ImportError:
        raise InvalidInput(
            "regex, json_schema and grammar need the package llguidance, which is not installed",
            'pip install "textgen-playground[constraints]"; choices needs nothing',
        ) from None
