"""Checkpoints: folders that are whole or not there, and refused where a byte of them has changed.

A checkpoint is written beside the others under another name, every file reaches the disk, the manifest with
their checksums comes last, and a rename makes it one. It holds the model as a folder that can be used, and
where the run stands: tensors in safetensors, counters in JSON. Nothing is pickled.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from playground.api import InvalidInput, ModelUnavailable
from playground_charrnn.files import PARTIAL, sync_folder, write_to_disk

FOLDER = "trainer"
STATE = "state.safetensors"
COUNTERS = "run.json"
MANIFEST = "manifest.json"

Tensors = dict[str, torch.Tensor]


class Counters(msgspec.Struct, kw_only=True):
    """What a run has done, and what it is a run of."""

    trainer: str
    recipe: dict[str, Any]
    data_sha256: str
    processes: int = 1
    step: int = 0
    seconds: float = 0.0
    evaluated_step: int = 0
    best_loss: float | None = None
    best_step: int = 0
    worse: int = 0
    """Evaluations since the best one."""


class _File(msgspec.Struct, frozen=True):
    bytes: int
    sha256: str


class Checkpoints:
    """The checkpoints of the run whose model folder is `out`: the last one is kept."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.folder = out / FOLDER

    def last(self) -> Path | None:
        """The newest checkpoint."""
        return max(self._whole(), default=None)

    def _whole(self) -> list[Path]:
        """All checkpoints; more than one where a run was killed between the new and the old one."""
        found = self.folder.glob("[0-9]*-step-[0-9]*") if self.folder.is_dir() else ()
        return [path for path in found if path.suffix != PARTIAL]

    def save(self, counters: Counters, tensors: Tensors, model: Mapping[str, bytes]) -> Path:
        """Add a checkpoint and let go of the others. Raises OSError where there is no room."""
        last = self.last()
        number = int(last.name.partition("-")[0]) + 1 if last else 1
        path = self.folder / f"{number:06}-step-{counters.step}"
        partial = path.with_name(path.name + PARTIAL)
        self.clear_partial()
        partial.mkdir(parents=True)
        contiguous = {name: tensor.contiguous() for name, tensor in tensors.items()}
        files = {
            **model,
            STATE: save(contiguous),
            COUNTERS: msgspec.json.format(msgspec.json.encode(counters)),
        }
        try:
            _write_all(partial, files)
            partial.rename(path)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        sync_folder(self.folder)
        for old in self._whole():
            if old != path:
                shutil.rmtree(old, ignore_errors=True)
        return path

    def load(self) -> tuple[Counters, Tensors]:
        """Where the run stood.

        Raises InvalidInput where there is no checkpoint, ModelUnavailable where the last one is damaged.
        """
        path = self.last()
        if path is None:
            raise InvalidInput(
                f"{self.out} holds no run to resume", "leave --resume out to begin one"
            )
        try:
            _verify(path)
            counters = msgspec.json.decode((path / COUNTERS).read_bytes(), type=Counters)
            return counters, load((path / STATE).read_bytes())
        except (OSError, SafetensorError, ValueError) as error:
            raise ModelUnavailable(
                f"the checkpoint {path} is damaged: {error}", "begin the run again elsewhere"
            ) from None

    def clear_partial(self) -> None:
        """Remove what a killed run left half written."""
        for partial in self.folder.glob(f"*{PARTIAL}"):
            shutil.rmtree(partial, ignore_errors=True)


def refuse_other_run(
    out: Path, stored: Counters, wanted: Counters, defaults: Mapping[str, Any]
) -> None:
    """Raises InvalidInput naming what differs between the run that is stored and the one asked for.

    An option that did not exist when the run was begun had its default.
    """
    if stored.trainer != wanted.trainer:
        raise InvalidInput(f"the run in {out} is one of {stored.trainer}, not of {wanted.trainer}")
    before = {**defaults, **stored.recipe}
    differing = [
        f"{name} was {before.get(name)!r} and is {wanted.recipe.get(name)!r}"
        for name in sorted(before.keys() | wanted.recipe.keys())
        if before.get(name) != wanted.recipe.get(name)
    ]
    if differing:
        raise InvalidInput(
            f"the run in {out} has another recipe: {'; '.join(differing)}",
            "resume with the recipe it was begun with, or train into another folder",
        )
    if stored.processes != wanted.processes:
        raise InvalidInput(
            f"the run in {out} was begun by {stored.processes} processes, not {wanted.processes}",
            "resume with as many: each step reads a batch for every process",
        )
    if stored.data_sha256 != wanted.data_sha256:
        raise InvalidInput(
            f"the run in {out} was begun on other data "
            f"(SHA-256 {stored.data_sha256[:12]}…, now {wanted.data_sha256[:12]}…)",
            "resume with the files it was begun with, in the same order",
        )


def _write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    manifest = {
        name: _File(len(content), hashlib.sha256(content).hexdigest())
        for name, content in files.items()
    }
    for name, content in files.items():
        write_to_disk(folder / name, content)
    write_to_disk(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    sync_folder(folder)


def _verify(path: Path) -> None:
    """Raises ValueError for a file that is not what the manifest says."""
    manifest = msgspec.json.decode((path / MANIFEST).read_bytes(), type=dict[str, _File])
    for name, file in manifest.items():
        content = (path / name).read_bytes()
        if len(content) != file.bytes:
            raise ValueError(f"{name} has {len(content):,} bytes, not {file.bytes:,}")
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise ValueError(f"{name} has another checksum than in {MANIFEST}")
