"""Writes a new plugin: a working file with comments, and a test that inherits the contract of its kind.

The files are those beside this module, with `placeholder`, `Placeholder` and `place-holder` replaced by the
new name. It does not know what they hold.
"""

from __future__ import annotations

import json
import keyword
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from playground.api import InvalidInput
from playground.api.options import name_of
from playground.plugins import Plugins

HERE = Path(__file__).parent
MODEL_TEXT = (
    "the cat sat on the mat. the rat ran. a cat can nap on that mat, and the hat can sit on the cat. "
    "one fat rat had a ham and a tan hat. then the man came in and sat on the rat mat."
)
REGISTRIES = {
    "processor": ("processors", "strategies"),
    "strategy": ("processors", "strategies"),
    "template": ("templates",),
    "backend": ("backends", "models"),
    "action": ("actions",),
    "inspector": ("inspectors",),
    "command": ("commands",),
}


@dataclass(frozen=True)
class Written:
    """The files that were written, and the commands that come next."""

    files: tuple[Path, ...]
    next_steps: tuple[str, ...]


def write_plugin(name: str, kind: str, folder: Path, plugins: Plugins) -> Written:
    """Write a plugin of `kind` called `name`, and its test, into `folder`, which is made if need be.

    Raises InvalidInput for a name that cannot be used or is taken, and where a file exists: nothing is
    overwritten.
    """
    _check_name(name, kind, plugins)
    texts = {
        folder / f"{name}.py": _filled(f"{kind}.py.txt", name),
        folder / f"test_{name}.py": _filled(f"{kind}_test.py.txt", name),
    }
    if kind == "backend":
        config = {"model_type": name, "text": MODEL_TEXT}
        texts[folder / f"{name}_model" / "config.json"] = json.dumps(config, indent=2) + "\n"
    for file in texts:
        if file.exists():
            raise InvalidInput(f"{file} exists already", "choose another name, or remove it")
    for file, text in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    file, test, *_ = texts
    return Written(tuple(texts), (f"playground plugins check {file}", f"python -m pytest {test}"))


def _filled(source: str, name: str) -> str:
    text = (HERE / source).read_text(encoding="utf-8")
    # Some names are words joined by hyphens.
    text = text.replace("place-holder", name.replace("_", "-"))
    return text.replace("placeholder", name).replace("Placeholder", _class_name(name))


def _class_name(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _check_name(name: str, kind: str, plugins: Plugins) -> None:
    usable = re.fullmatch(r"[a-z][a-z0-9_]*", name) and not keyword.iskeyword(name)
    # The class is called after the plugin, and the stage after the class.
    if not usable or name_of(type(_class_name(name), (), {})) != name:
        raise InvalidInput(
            f"a plugin cannot be called {name!r}",
            "words of small letters and digits, with underscores between them: my_cut",
        )
    if name in (plugin.name for plugin in plugins.loaded):
        raise InvalidInput(f"there is a plugin {name!r} already", "choose another name")
    for registry in (getattr(plugins, kind) for kind in REGISTRIES[kind]):
        if name in registry:
            raise InvalidInput(
                f"there is a {registry.kind} {name!r} already, of plugin {registry.owner(name)}",
                "choose another name",
            )
    if find_spec(name) is not None:
        raise InvalidInput(f"there is a Python module {name!r} already", "choose another name")
