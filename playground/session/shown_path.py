"""A path as a person reads it: what is installed by its package, what is the user's from `~` on."""

from __future__ import annotations

from pathlib import Path

from playground import paths

SHIPPED = "playground/prompts"
"""Where templates are in an installed package."""


def shown_path(path: str | Path) -> str:
    """`path`, shortened where it is known what it is in; anything but a whole path as it is."""
    if not (whole := Path(path)).is_absolute():
        return str(path)
    path = whole
    shipped = paths.shipped_prompts()
    if path.is_relative_to(shipped):
        return str(SHIPPED / path.relative_to(shipped))
    top = path
    while (top.parent / "__init__.py").is_file():
        top = top.parent
    if top != path:
        return str(path.relative_to(top.parent))
    home = Path.home()
    return str("~" / path.relative_to(home)) if path.is_relative_to(home) else str(path)
