"""Which model it was: hashes of its files, and the versions of what computes with them.

The hash of a model is of its configuration and of every byte of its weights, so that equal hashes
mean the same model. Reading gigabytes at each start would be too dear, so the digest of a file is
kept in the cache folder and taken again as long as the file's size, time of change and place on the
disk are the same: who changes weights and sets all of that back is not noticed. A digest that is
not kept yet is computed while the model loads, by a thread beside it.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import msgspec

from playground import paths

LIBRARIES = ("numpy", "torch", "transformers", "tokenizers")


class ModelHash:
    """The hash of the model in `folder`, begun at once; `value` waits for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._value = ""
        self._thread = threading.Thread(target=self._compute, name="model hash", daemon=True)
        self._thread.start()

    @property
    def value(self) -> str:
        """SHA-256, in hexadecimal; empty where the files cannot be read."""
        self._thread.join()
        return self._value

    def _compute(self) -> None:
        try:
            self._value = model_hash(self._folder)
        except OSError:
            self._value = ""


def model_hash(folder: Path) -> str:
    """SHA-256 over the names and digests of `config.json` and of every file of weights."""
    files = [folder / "config.json", *sorted(folder.glob("*.safetensors"))]
    digests = _Digests(paths.cache_folder() / "digests.json")
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{file.name}\0{digests.of(file)}\n".encode())
    digests.keep()
    return whole.hexdigest()


def versions() -> dict[str, str]:
    """Of the playground, and of the libraries that compute, as far as they are loaded."""
    found = {"playground": metadata.version("textgen-playground")}
    for name in LIBRARIES:
        if module := sys.modules.get(name):
            found[name] = str(getattr(module, "__version__", "unknown"))
    return found


class _Digests:
    """Digests of whole files, kept in a file of the cache."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = self._read()
        self._new: dict[str, str] = {}

    def of(self, file: Path) -> str:
        real = file.resolve()
        facts = real.stat()
        key = f"{real}:{facts.st_dev}:{facts.st_ino}:{facts.st_size}:{facts.st_mtime_ns}"
        if key not in self._known:
            with real.open("rb") as stream:
                self._known[key] = self._new[key] = hashlib.file_digest(
                    stream, "sha256"
                ).hexdigest()
        return self._known[key]

    def keep(self) -> None:
        """Write what was computed; a cache that cannot be written is none."""
        if not self._new:
            return
        partial = self._file.with_name(f"{self._file.name}.{os.getpid()}.partial")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            # What another process has added since is read again.
            partial.write_bytes(msgspec.json.encode(self._read() | self._new))
            partial.replace(self._file)
        except OSError:
            with suppress(OSError):
                partial.unlink()

    def _read(self) -> dict[str, str]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, str])
        except (OSError, msgspec.DecodeError):
            return {}
