"""Reads one template file, and says by file and line what is wrong with it.

`.toml` is the whole format; `.txt` is a query alone, taken as it is. It does not know which files
there are.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from playground.api import InvalidInput, Template, Variable
from playground.api.template import TemplateError, TemplateTest, places
from playground.registry import did_you_mean

SUFFIXES = (".toml", ".txt")

KeyPath = tuple[str | int, ...]


def read_template(file: Path) -> Template:
    """The template in `file`, named after it.

    Raises InvalidInput that begins with `file:line:` for what cannot be read or meant.
    """
    text = _read(file)
    try:
        if file.suffix == ".txt":
            variables = {name: Variable() for name in places(text)}
            return Template(name=file.stem, query=text, variables=variables)
        return _from_toml(file, text)
    except TemplateError as error:
        line = line_of(text, error.key) if file.suffix == ".toml" else 1
        raise InvalidInput(f"{file}:{line}: {error.message}", error.hint) from None


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except OSError as error:
        raise InvalidInput(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InvalidInput(f"{file}:{line}: not UTF-8 text", "save the file as UTF-8") from None


def _from_toml(file: Path, text: str) -> Template:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _bad_toml(file, text, str(error)) from None
    if "name" in data:
        raise TemplateError("a template is named after its file", "remove the key name", ("name",))
    if "query" not in data:
        raise TemplateError("the key query is missing", "add: query = '...{{input}}...'")
    try:
        return msgspec.convert({**data, "name": file.stem}, Template)
    except msgspec.ValidationError as error:
        raise _wrong_key(data, str(error)) from None


def _bad_toml(file: Path, text: str, message: str) -> InvalidInput:
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    what = message[: place.start()] if place else message
    line = int(place.group(1) or 0) if place else 0
    if not line:  # something is not closed: the place to look at is where it was opened
        *_, (line, _) = _statements(text)
    hint = "texts stand in quotes: '...' on one line, '''...''' on several"
    return InvalidInput(f"{file}:{line}: not TOML: {what}", hint)


def _wrong_key(data: dict[str, Any], message: str) -> TemplateError:
    what, _, where = message.partition(" - at ")
    key = _resolve(data, where.strip("`"))
    unknown = re.search(r"unknown field `(.*)`", what)
    if unknown:
        name = unknown.group(1)
        known = _fields_at(key)
        hint = did_you_mean(name, known) or f"the keys are: {', '.join(known)}"
        return TemplateError(f"unknown key {name!r}", hint, (*key, name))
    spelt = ".".join(str(part + 1) if isinstance(part, int) else part for part in key)
    return TemplateError(f"{spelt}: {what[0].lower()}{what[1:]}", key=key)


def _fields_at(key: KeyPath) -> list[str]:
    struct = {"variables": Variable, "tests": TemplateTest}.get(
        str(key[0]) if key else "", Template
    )
    return [name for name in struct.__struct_fields__ if name != "name"]


def _resolve(data: dict[str, Any], where: str) -> KeyPath:
    """The keys on msgspec's path, such as `$.labels[...]`: `[...]` hides a mapping's key."""
    shown, hidden, _ = where.partition("[...]")
    parts = re.findall(r"\.(\w+)|\[(\d+)\]", shown)
    key = tuple(name or int(index) for name, index in parts)
    if not hidden or len(key) > 1:
        return key
    mapping = parts[0][0]
    culprits = [name for name, value in data[mapping].items() if _is_wrong(mapping, name, value)]
    return (mapping, *culprits[:1])


def _is_wrong(key: str, name: str, value: Any) -> bool:
    try:
        msgspec.convert({"name": "", "query": "", key: {name: value}}, Template)
    except msgspec.ValidationError:
        return True
    except TemplateError:
        return False
    return False


def line_of(text: str, key: KeyPath) -> int:
    """The line of `text` (valid TOML) on which the statement begins that gives `key` a value.

    1 when no statement does.
    """
    return next((line for line, data in _statements(text) if key and _holds(data, key)), 1)


def _statements(text: str) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """The line on which each statement begins, and what the file says up to its end; None if unfinished.

    A statement ends where the text up to there parses: a string that holds `key =` misleads nobody.
    """
    lines = text.split("\n")
    begin = 0
    for end in range(1, len(lines) + 1):
        try:
            data = tomllib.loads("\n".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue
        yield begin + 1, data
        begin = end
    if begin < len(lines):
        yield begin + 1, None


def _holds(data: Any, key: KeyPath) -> bool:
    for part in key:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True
