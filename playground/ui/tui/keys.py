"""The keys as they are bound, remapped and read.

Bindings, the page of help and the footer are made of one table. `[keys]` in config.toml gives a key by its
name to somebody else's fingers.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.binding import BindingType

from playground.api.errors import InvalidInput
from playground.registry import did_you_mean
from playground.ui.tui.key_table import KEYS

BY_ID = {key.id: key for key in KEYS}


def bindings(place: str) -> list[BindingType]:
    """The bindings of a place, for a class to have."""
    return [key.binding for key in KEYS if key.place == place]


def keymap(chosen: Mapping[str, str]) -> dict[str, str]:
    """What the configuration says of keys, checked. Raises InvalidInput for a name that there is not."""
    for name, key in chosen.items():
        if name not in BY_ID:
            hint = did_you_mean(name, list(BY_ID)) or "F1 in the app lists their names"
            raise InvalidInput(f"there is no key {name!r} to give to {key!r}", hint)
        if not key.strip():
            raise InvalidInput(f"the key {name!r} needs a key", f'{name} = "{BY_ID[name].key}"')
    return dict(chosen)


def key_of(id_: str, chosen: Mapping[str, str]) -> str:
    """The key that a binding has now, as it is read."""
    return readable(chosen.get(id_, BY_ID[id_].key))


def readable(keys: str) -> str:
    """`ctrl+g` as it is: only names of signs are written as the signs."""
    return " ".join(SIGNS.get(key, key) for key in keys.split(","))


SIGNS = {
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "colon": ":",
    "slash": "/",
    "question_mark": "?",
    "escape": "esc",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "shift+up": "⇧↑",
    "shift+down": "⇧↓",
}
