"""What the form of a training shows and makes, as plain values: recipes, their fields, a line of `/train`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from playground.api.options import options_of
from playground.api.outputs import Table
from playground.session.actions.words import quoted, split

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

LINE = "/train"


@dataclass(frozen=True)
class Recipe:
    """Something that can be trained."""

    name: str
    summary: str
    steps: str
    """How many it has by itself."""
    data: str
    """The files that it reads by itself; empty where they must be named."""
    fields: Table


@dataclass(frozen=True)
class Filled:
    """What stands in the form, as it is typed: files and fields are words, as on a command line."""

    recipe: str
    files: str = ""
    steps: str = ""
    out: str = ""
    fields: str = ""

    @property
    def line(self) -> str:
        """The line that begins it."""
        named = (("--steps", self.steps.strip()), ("--out", self.out.strip()))
        words = [f"{flag} {quoted(value)}" for flag, value in named if value]
        typed = (self.files.strip(), *words, self.fields.strip())
        return " ".join((LINE, quoted(self.recipe), *filter(None, typed)))


def recipes_of(bench: Workbench) -> tuple[Recipe, ...]:
    """Trainers and the recipes that ship, with what each of their fields is."""
    from playground.session.recipes import find, names

    trainers = bench.plugins.trainers
    found = []
    for name in names(trainers):
        file = find(name, trainers)
        rows = []
        for option in options_of(file.trainer):
            value = file.values.get(option.name, option.default)
            given = "" if value is msgspec.NODEFAULT else str(value)
            rows.append((f"--{option.name.replace('_', '-')}", given, option.help))
        steps = next((value for flag, value, _ in rows if flag == "--steps"), "")
        fields = Table(("field", "value", "what it is"), tuple(rows))
        data = " ".join(path.name for path in file.data)
        found.append(Recipe(name, file.summary, steps, data, fields))
    return tuple(found)


def check(bench: Workbench, filled: Filled) -> None:
    """Raises PlaygroundError for what could not be begun."""
    from playground.session.training.order import read

    read(filled.recipe, split(filled.line)[2:], bench.plugins.trainers)
