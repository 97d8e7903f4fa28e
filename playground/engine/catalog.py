"""From what a person calls a model to the folder that holds it and the backend that loads it.

A model is called by a name that a plugin registered, the name of a folder in one of the user's
model folders, a path, or a repository of the hub that was downloaded; options of loading follow in
parentheses. Never uses the network, and never reads weights.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from playground.api.errors import InvalidInput, ModelUnavailable, PlaygroundError
from playground.api.model import Backend, ModelSource
from playground.engine import hub_cache
from playground.engine.model_folder import backend_for, refuse_pickles
from playground.engine.model_reference import join_reference, split_reference
from playground.registry import did_you_mean

LIST = "playground models list"
KINDS = ("bundled", "folder", "hub")


@dataclass(frozen=True, slots=True)
class Located:
    """A model that is here: `backend.load(folder, device=…, dtype=…, **options)` loads it."""

    name: str
    folder: Path
    backend: Backend
    options: dict[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A name that can be asked for.

    `kind` is bundled, folder (the user's own) or hub; `folder` is None where it is not downloaded.
    """

    name: str
    kind: str
    summary: str
    folder: Path | None = None
    repository: str | None = None


class Catalog:
    """The models of this machine.

    `backends` are asked in their order whether they recognise a folder. Every child of `folders`
    that has a `config.json` is a model, and goes before a registered name: the nearer wins.
    """

    def __init__(
        self,
        backends: Iterable[Backend],
        sources: Mapping[str, ModelSource],
        folders: Sequence[Path] = (),
        cache: Path | None = None,
    ) -> None:
        self.backends = tuple(backends)
        self.sources = sources
        self.folders = tuple(folders)
        self.cache = cache or hub_cache.cache_folder()

    def resolve(self, reference: str) -> Located:
        """The model that `reference` means: NAME, FOLDER or ORG/NAME, perhaps with (option=value).

        Raises ModelUnavailable for one that is unknown, not downloaded or not what it claims, and
        InvalidInput for options that its backend does not have.
        """
        name, given = split_reference(reference)
        folder, registered = self._find(name)
        backend = backend_for(folder, self.backends)
        _check_options(given, backend)
        return Located(name, folder, backend, {**registered, **given})

    def absolute(self, reference: str) -> str:
        """The reference that means the same from any folder: a path becomes a whole one."""
        name, options = split_reference(reference)
        path = os.path.expanduser(name)
        if name in self._local() or name in self.sources or not os.path.isdir(path):
            return reference
        return join_reference(os.path.abspath(path), options)

    def repository(self, reference: str) -> str:
        """The repository of the hub that `reference` can be downloaded from.

        Raises InvalidInput for a model that is on this machine only, ModelUnavailable for no model.
        """
        name, _ = split_reference(reference)
        source = self._source(name)
        if source and source.repository:
            return source.repository
        if source or name in self._local() or os.path.isdir(os.path.expanduser(name)):
            raise InvalidInput(f"{name} is on this machine and not a model of the hub")
        if hub_cache.is_repository(name):
            return name
        raise self._unknown(name)

    def entries(self) -> list[Entry]:
        """Bundled models, the user's own, names of hub models (here or not), other downloads."""
        local = self._local()
        entries = [Entry(name, "folder", "", folder) for name, folder in local.items()]
        entries += [
            self._registered(self.sources[name]) for name in self.sources if name not in local
        ]
        named = {entry.repository for entry in entries}
        for repository in hub_cache.repositories(self.cache):
            if repository not in named:
                entries.append(self._hub_entry(repository, repository, ""))
        return sorted(entries, key=lambda entry: KINDS.index(entry.kind))

    def problem(self, entry: Entry) -> str:
        """Why the model cannot be used as it lies there, in a line; nothing where it can."""
        if entry.folder is None:
            return "not downloaded"
        try:
            self.resolve(entry.name)
        except PlaygroundError as error:
            return error.message
        return ""

    def _find(self, name: str) -> tuple[Path, Mapping[str, str]]:
        if folder := self._local().get(name):
            return folder, {}
        if source := self._source(name):
            return source.folder or self._complete(source.repository or name, name), source.options
        path = os.path.expanduser(name)
        if os.path.isdir(path):
            return Path(path), {}
        if os.path.isfile(path):
            raise ModelUnavailable(f"{name} is a file", "give the folder that holds it")
        if hub_cache.is_repository(name):
            return self._complete(name, name), {}
        if os.sep in name:
            raise ModelUnavailable(f"there is no folder {name}", LIST)
        raise self._unknown(name)

    def _complete(self, repository: str, name: str) -> Path:
        folder = hub_cache.snapshot(self.cache, repository)
        fetch = f"playground models pull {name}"
        if folder is None:
            near = "" if name in self.sources else did_you_mean(name, self._names())
            hint = f"{near}, or {fetch}" if near else fetch
            raise ModelUnavailable(f"the model {name} is not downloaded", hint)
        refuse_pickles(folder)
        if missing := hub_cache.missing_files(folder):
            what = f"the download of {name} is not complete: it lacks {', '.join(missing)}"
            raise ModelUnavailable(what, fetch)
        return folder

    def _source(self, name: str) -> ModelSource | None:
        if name not in self.sources:  # a registry answers `get` of an unknown name with an error
            return None
        return self.sources[name]

    def _local(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for folder in self.folders:
            for file in sorted(folder.glob("*/config.json")):
                found.setdefault(file.parent.name, file.parent)
        return found

    def _registered(self, source: ModelSource) -> Entry:
        if source.folder:
            return Entry(source.name, "bundled", source.summary, source.folder)
        return self._hub_entry(source.name, source.repository or source.name, source.summary)

    def _hub_entry(self, name: str, repository: str, summary: str) -> Entry:
        try:
            folder = hub_cache.snapshot(self.cache, repository)
        except ModelUnavailable:  # something is there; `problem` says what is wrong with it
            folder = hub_cache.repository_folder(self.cache, repository)
        return Entry(name, "hub", summary, folder, repository)

    def _names(self) -> list[str]:
        return [*self._local(), *self.sources, *hub_cache.repositories(self.cache)]

    def _unknown(self, name: str) -> ModelUnavailable:
        hint = did_you_mean(name, self._names()) or f"{LIST} shows what there is"
        return ModelUnavailable(f"there is no model {name!r}", hint)


def _check_options(given: Mapping[str, str], backend: Backend) -> None:
    for key, value in given.items():
        if key not in backend.options:
            takes = ", ".join(backend.options) or "none"
            raise InvalidInput(
                f"backend {backend.name} has no option {key!r}", f"it takes: {takes}"
            )
        if value not in backend.options[key]:
            choices = ", ".join(backend.options[key])
            raise InvalidInput(f"{key} cannot be {value!r}", f"choose from {choices}")
