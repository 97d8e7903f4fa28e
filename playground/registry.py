"""Names of one kind of thing (strategies, models, …) with where each came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from playground.api.errors import PluginFailed, UnknownName

T = TypeVar("T")


class Registry(Mapping[str, T], Generic[T]):
    """An ordered mapping from names and aliases to objects; asking for an unknown name suggests near ones."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._objects: dict[str, T] = {}
        self._owners: dict[str, str] = {}
        self._aliases: dict[str, str] = {}

    def add(self, name: str, thing: T, owner: str, aliases: tuple[str, ...] = ()) -> None:
        """Raises PluginFailed naming both owners where a name or alias is taken."""
        for key in (name, *aliases):
            if taken := self._owners.get(self._aliases.get(key, key)):
                raise PluginFailed(
                    f"two plugins register the {self.kind} {key!r}: {taken} and {owner}",
                    "rename one of them",
                )
        self._objects[name] = thing
        self._owners[name] = owner
        self._aliases.update(dict.fromkeys(aliases, name))

    def owner(self, name: str) -> str:
        """The plugin that registered `name`."""
        return self._owners[self._aliases.get(name, name)]

    def aliases(self, name: str) -> tuple[str, ...]:
        return tuple(alias for alias, target in self._aliases.items() if target == name)

    def __getitem__(self, name: str) -> T:
        key = self._aliases.get(name, name)
        if key not in self._objects:
            raise UnknownName(f"there is no {self.kind} {name!r}", self.suggestion(name))
        return self._objects[key]

    def get(self, name: str, default: Any = None) -> Any:
        """What is registered under `name`, or `default`."""
        # Mapping's own would let UnknownName through, which is no KeyError.
        try:
            return self[name]
        except UnknownName:
            return default

    def __contains__(self, name: object) -> bool:
        return name in self._objects or name in self._aliases

    def suggestion(self, name: str) -> str:
        """`did you mean …?`, or what there is."""
        return did_you_mean(name, [*self._objects, *self._aliases]) or "there is: " + (
            ", ".join(self._objects) or "none"
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._objects)

    def __len__(self) -> int:
        return len(self._objects)


def did_you_mean(name: str, names: list[str]) -> str:
    """`did you mean X?` for the nearest of `names`, or nothing where none is near."""
    import difflib

    # One that is offered twice, as under an alias, is meant once.
    near = difflib.get_close_matches(name, list(dict.fromkeys(names)), n=3, cutoff=0.6)
    return f"did you mean {' or '.join(near)}?" if near else ""
