"""What a line orders to be trained: a recipe, files, and fields that are set as flags.

It is checked before a process is made, so that a slip is told at once. What only the data can show, such as
a column that is not there, the run itself tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from playground.api.errors import InvalidInput
from playground.api.options import build, options_of
from playground.registry import did_you_mean
from playground.session.actions.line import described
from playground.session.recipes import SUFFIX, find

if TYPE_CHECKING:
    from playground.api import Option
    from playground.api.training import Trainer

OWN = ("out", "device")
"""Flags of a run that are not of its recipe."""


class Order(msgspec.Struct, frozen=True):
    """A run to be begun. Paths are whole, so that it means the same from any folder."""

    recipe: str
    """A trainer, a recipe that ships, or a file."""
    name: str
    """The recipe's, in short."""
    words: tuple[str, ...]
    """What follows the recipe on the command line of `playground train`, but for the folder."""
    out: Path | None = None
    """Where the model is to be made; None: where models are found by name."""


def read(recipe: str, words: Sequence[str], trainers: Mapping[str, type[Trainer]]) -> Order:
    """What `recipe` and the words after it order.

    Raises UnknownName and InvalidInput for a recipe, a file, a field or a value that cannot be meant.
    """
    file = find(str(Path(recipe).expanduser()) if recipe.endswith(SUFFIX) else recipe, trainers)
    options = {option.name: option for option in options_of(file.trainer)}
    files, flags, fields = _sorted(words, options)
    build(file.trainer, {**file.values, **fields})
    data = files or file.data
    if not data:
        raise InvalidInput("name the files to train on", f"/train {recipe} FILE…")
    for path in data:
        if not path.expanduser().is_file():
            raise InvalidInput(f"there is no file {str(path)!r} to train on", "check its name")
    whole = [str(path.expanduser().resolve()) for path in data]
    named = recipe if not recipe.endswith(SUFFIX) else str(Path(recipe).expanduser().resolve())
    out = flags.pop("out", None)
    rest = [word for name, value in flags.items() for word in (f"--{name}", value)]
    rest += [word for name, value in fields.items() for word in _words_of(name, value)]
    where = Path(out).expanduser().resolve() if out is not None else None
    return Order(named, file.name, (*whole, *rest), where)


def _sorted(
    words: Sequence[str], options: Mapping[str, Option]
) -> tuple[list[Path], dict[str, str], dict[str, Any]]:
    """The files, the flags of the run, and the fields of the recipe."""
    files: list[Path] = []
    flags: dict[str, str] = {}
    fields: dict[str, Any] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            files.append(Path(word))
            continue
        flag, equals, value = word[2:].partition("=")
        name = flag.replace("-", "_")
        positive = name.removeprefix("no_")
        if positive in options and options[positive].type is bool and not equals:
            fields[positive] = name == positive
            continue
        if name not in options and name not in OWN:
            there = [n.replace("_", "-") for n in (*OWN, *options)]
            hint = did_you_mean(flag, there) or f"there is: {', '.join(there)}"
            raise InvalidInput(f"there is no field --{flag}", hint)
        if not equals:
            if not rest:
                raise InvalidInput(f"--{flag} needs a value", f"--{flag} VALUE")
            value = rest.pop(0)
        if name in OWN:
            flags[name] = value
        else:
            fields[name] = _value(flag, value, options[name])
    return files, flags, fields


def _value(flag: str, word: str, option: Option) -> Any:
    try:
        return msgspec.convert(word, option.type, strict=False)
    except msgspec.ValidationError:
        wanted = described(option.type)
        raise InvalidInput(f"--{flag} must be {wanted}, not {word!r}", option.help) from None


def _words_of(name: str, value: Any) -> list[str]:
    """The flag that sets a field."""
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return [f"--{flag}" if value else f"--no-{flag}"]
    return [f"--{flag}", str(value)]
