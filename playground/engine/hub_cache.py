"""Where the hub's downloads lie on this machine, read without the hub's library or the network.

The layout is huggingface_hub's own and shared with every other program that uses it:
`models--ORG--NAME/refs/main` names the snapshot, `snapshots/COMMIT/` holds its files. Knows nothing
of how to download them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from playground.api.errors import ModelUnavailable

PREFIX = "models--"
INDEX = "model.safetensors.index.json"
REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)


def cache_folder() -> Path:
    """The hub's cache, as `HF_HUB_CACHE`, `HF_HOME` and `XDG_CACHE_HOME` place it."""
    shared = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("HF_HOME", os.path.join(shared, "huggingface"))
    legacy = os.environ.get("HUGGINGFACE_HUB_CACHE", os.path.join(home, "hub"))
    chosen = os.environ.get("HF_HUB_CACHE", legacy)
    return Path(os.path.expandvars(os.path.expanduser(chosen)))


def is_repository(name: str) -> bool:
    """Whether `name` could be a repository of the hub: `organisation/model`."""
    return REPOSITORY.fullmatch(name) is not None and "--" not in name


def repositories(cache: Path) -> Iterator[str]:
    """The repositories of models that have a folder in the cache, in order of name."""
    for folder in sorted(cache.glob(f"{PREFIX}*")) if cache.is_dir() else ():
        name = folder.name.removeprefix(PREFIX).replace("--", "/", 1)
        if is_repository(name):
            yield name


def repository_folder(cache: Path, repository: str) -> Path:
    """The folder of everything that was downloaded of `repository`, whether it exists or not."""
    return cache / (PREFIX + repository.replace("/", "--"))


def snapshot(cache: Path, repository: str) -> Path | None:
    """The folder of the downloaded files of `repository`; None where nothing was downloaded.

    Raises ModelUnavailable where several snapshots lie there and none is marked as the main one.
    """
    base = repository_folder(cache, repository)
    try:
        commit = (base / "refs" / "main").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        commit = ""
    if re.fullmatch(r"[0-9a-f]{40}", commit):
        folder = base / "snapshots" / commit
        return folder if folder.is_dir() else None
    found = sorted((base / "snapshots").glob("*"))
    if len(found) > 1:
        raise ModelUnavailable(
            f"{repository} is here in {len(found)} versions and none is marked as the main one",
            f"playground models pull {repository}, or give a folder in {base / 'snapshots'}",
        )
    return found[0] if found else None


def missing_files(folder: Path) -> list[str]:
    """What an interrupted download still lacks: the configuration or files of the weights."""
    missing = [] if (folder / "config.json").is_file() else ["config.json"]
    index = folder / INDEX
    if index.is_file():
        return missing + [name for name in _indexed(index) if not (folder / name).is_file()]
    if not any(folder.glob("*.safetensors")):
        missing.append("model.safetensors")
    return missing


def _indexed(index: Path) -> list[str]:
    try:
        weights = json.loads(index.read_bytes())["weight_map"]
        return sorted({str(name) for name in weights.values()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnavailable(f"{index} is not an index of weights: {error}") from None
