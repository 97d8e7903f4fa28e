"""A verb that a plugin adds to the command line, named without importing what implements it."""

from __future__ import annotations

import msgspec


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """`playground NAME …`; `path` is `module:attribute` of a click command, imported when it is called."""

    name: str
    summary: str
    path: str
