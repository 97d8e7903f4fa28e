"""Settings under a name: a file of lines `setting value` for each, which a person can write, too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playground import paths
from playground.api.errors import InvalidInput, UnknownName
from playground.registry import did_you_mean
from playground.session import choices as choosing
from playground.session.choices import Choices

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
RESERVED = ("save", "list")
SUFFIX = ".preset"


def folder() -> Path:
    return paths.config_folder() / "presets"


def names() -> list[str]:
    """The presets there are, sorted."""
    return sorted(file.stem for file in folder().glob(f"*{SUFFIX}"))


def save(name: str, choices: Choices) -> Path:
    """Keep all settings that are not as they are without any choice; the file. Raises InvalidInput."""
    if not NAME.fullmatch(name) or name in RESERVED:
        raise InvalidInput(
            f"{name!r} cannot be a preset's name", "letters, digits, dots, hyphens, underscores"
        )
    plain = Choices(model="")
    lines = [
        f"{each} {choosing.written(choices, each)}\n"
        for each in choosing.NAMES
        if getattr(choices, each) != getattr(plain, each)
    ]
    file = folder() / f"{name}{SUFFIX}"
    try:
        folder().mkdir(parents=True, exist_ok=True)
        file.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"cannot write {file}: {error.strerror}") from None
    return file


def read(name: str) -> dict[str, Any]:
    """The settings of a preset. Raises UnknownName, and InvalidInput with the line that is at fault."""
    file = folder() / f"{name}{SUFFIX}"
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        near = did_you_mean(name, names()) or "/preset list"
        raise UnknownName(f"there is no preset {name!r}", near) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"cannot read {file}: {error}") from None
    values = {}
    for number, line in enumerate(lines, 1):
        setting, _, value = line.strip().partition(" ")
        if not setting or setting.startswith("#"):
            continue
        try:
            values[setting] = choosing.read(setting, value)
        except InvalidInput as error:
            raise InvalidInput(f"{file}:{number}: {error.message}", error.hint) from None
    return values
