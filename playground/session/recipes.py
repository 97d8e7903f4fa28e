"""Training recipes as TOML files: found by name or path, read, and written.

A recipe file names its `trainer`, may say in `summary` what it makes and in `data` which files it reads
(beside itself), and sets fields of the trainer. What it leaves out has the trainer's default.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from playground.api.errors import InvalidInput, UnknownName
from playground.api.options import build, options_of
from playground.registry import did_you_mean

if TYPE_CHECKING:
    from playground.api.training import Trainer

SUFFIX = ".toml"


class RecipeFile(msgspec.Struct, frozen=True):
    """A trainer, and the fields that are set; a trainer alone is a recipe that sets none."""

    name: str
    summary: str
    trainer: type[Trainer]
    values: dict[str, Any]
    data: tuple[Path, ...] = ()


def names(trainers: Mapping[str, type[Trainer]]) -> list[str]:
    """What can be trained by name: the trainers, and the recipes that ship with them."""
    return [*trainers, *_shipped(trainers)]


def find(name: str, trainers: Mapping[str, type[Trainer]]) -> RecipeFile:
    """The recipe that `name` means: a trainer, a recipe that ships, or a file.

    Raises UnknownName where there is none, InvalidInput for a file that is no recipe.
    """
    if name in trainers:
        trainer = trainers[name]
        return RecipeFile(name, trainer.summary, trainer, {})
    shipped = _shipped(trainers)
    if name in shipped:
        return read(shipped[name], trainers)
    if name.endswith(SUFFIX):
        return read(Path(name), trainers)
    near = did_you_mean(name, [*trainers, *shipped])
    raise UnknownName(
        f"there is no trainer or recipe {name!r}", near or "playground train --help lists them"
    )


def read(path: Path, trainers: Mapping[str, type[Trainer]]) -> RecipeFile:
    """The recipe in a file; its fields are checked against the trainer's."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(f"the recipe {path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} is not TOML: {error}") from None
    name, summary, data = (content.pop(key, None) for key in ("trainer", "summary", "data"))
    if not isinstance(name, str) or name not in trainers:
        there = ", ".join(trainers)
        raise InvalidInput(f"{path}: trainer is {name!r}, and there are: {there}")
    trainer = trainers[name]
    # Whatever must be given may come by a flag.
    required = {o.name: "" for o in options_of(trainer) if o.required and o.name not in content}
    build(trainer, {**required, **content})
    return RecipeFile(
        path.stem, str(summary or trainer.summary), trainer, content, _data(path, data)
    )


def to_toml(recipe: Trainer) -> str:
    """A recipe as a file that gives it again."""
    lines = [f"trainer = {json.dumps(recipe.name)}"]
    for name, value in msgspec.structs.asdict(recipe).items():
        lines.append(f"{name} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """A number, switch or string as TOML writes it: as JSON, but for one control character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _data(path: Path, data: Any) -> tuple[Path, ...]:
    if data is None:
        return ()
    files = [data] if isinstance(data, str) else data
    if not isinstance(files, list) or not all(isinstance(file, str) for file in files):
        raise InvalidInput(f"{path}: data must be a list of files, not {data!r}")
    return tuple(path.parent / file for file in files)


def _shipped(trainers: Mapping[str, type[Trainer]]) -> dict[str, Path]:
    folders = dict.fromkeys(trainer.recipes for trainer in trainers.values() if trainer.recipes)
    files = (file for folder in folders for file in sorted(folder.glob(f"*{SUFFIX}")))
    return {file.stem: file for file in files}
