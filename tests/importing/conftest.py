"""Chains of imported parameters, with the plugins that are here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from playground.plugins import load_plugins
from playground.session.importing.orders import chain_of
from playground.session.importing.reading import read_file, read_flags

PLUGINS = load_plugins()


class Imports:
    """Writes a file, imports it, and tells chain and what was left out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def json(self, values, name="request.json", order=None):
        (self.folder / name).write_text(json.dumps(values))
        return self.file(name, order)

    def text(self, text, name, order=None):
        (self.folder / name).write_text(text)
        return self.file(name, order)

    def file(self, name, order=None):
        return self._told(read_file(self.folder / name), order)

    def flags(self, text, order=None):
        return self._told(read_flags(text), order)

    def _told(self, parameters, order):
        chain, left_out = chain_of(parameters, PLUGINS, order)
        return chain, {each.name: each.why for each in left_out}, parameters.settings


@pytest.fixture
def imports(tmp_path) -> Imports:
    return Imports(tmp_path)
