"""How a model is called with options of loading: `gpt1(dialect=openai)`. Knows no model."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from playground.api.errors import InvalidInput

REFERENCE = re.compile(r"(?P<name>[^()]+)\((?P<options>[^()]*)\)")
FORM = "write NAME(option=value, …)"


def split_reference(reference: str) -> tuple[str, dict[str, str]]:
    """`NAME(option=value, …)` as its name and options.

    A folder whose name has parentheses is just a folder. Raises InvalidInput for options that are
    not written so.
    """
    reference = reference.strip()
    if not reference:
        raise InvalidInput("the model's name is empty", "playground models list")
    if os.path.isdir(os.path.expanduser(reference)) or "(" not in reference:
        return reference, {}
    match = REFERENCE.fullmatch(reference)
    if not match:
        raise InvalidInput(f"{reference!r} is no model's name", FORM)
    return match["name"].strip(), _options(match["options"], reference)


def join_reference(name: str, options: Mapping[str, str]) -> str:
    """What `split_reference` takes apart."""
    given = ", ".join(f"{key}={value}" for key, value in options.items())
    return f"{name}({given})" if given else name


def _options(text: str, reference: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for part in text.split(",") if text.strip() else ():
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not (key and equals and value):
            raise InvalidInput(f"{part.strip()!r} in {reference!r} is no option", FORM)
        if key in options:
            raise InvalidInput(f"{reference!r} gives {key} twice", FORM)
        options[key] = value
    return options
