"""Weights in the Hugging Face layout: found, checked against the configuration, and mapped into memory.

Nothing is allocated before the headers have been read and every tensor is known to be there in its shape.
Pickled weights are never opened: reading a pickle runs what is in it. Knows nothing of what the tensors
are for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from safetensors import SafetensorError, safe_open

from playground.api import ModelUnavailable

if TYPE_CHECKING:
    from torch import Tensor

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
# The header of GPT-2 XL takes 60 KB; a thousand times that is not a header of such a model.
LONGEST_HEADER = 32 * 2**20
FLOATING = {"F64", "F32", "F16", "BF16"}
PREFIX = "transformer."
# Causal masks that older files hold beside the weights.
MASK = re.compile(r"h\.\d+\.attn\.(bias|masked_bias)")

Shapes = Mapping[str, tuple[int, ...]]


def read_config(folder: Path) -> dict[str, Any]:
    """The folder's `config.json`. Raises ModelUnavailable where it is missing or no JSON object."""
    path = folder / "config.json"
    try:
        config = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except FileNotFoundError:
        raise ModelUnavailable(
            f"{folder} holds no config.json", "give a model folder in the Hugging Face layout"
        ) from None
    except OSError as error:
        raise ModelUnavailable(f"cannot read {path}: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise ModelUnavailable(f"{path} is not a JSON object: {error}") from None
    return config


class Weights:
    """The tensors of a folder that are known to match `shapes`.

    `unused` names what the files hold beyond that: such a folder may be a classifier built on a GPT.
    """

    def __init__(self, folder: Path, shapes: Shapes) -> None:
        self._files: dict[str, tuple[Path, str]] = {}
        self.unused: list[str] = []
        found: dict[str, tuple[int, ...]] = {}
        for path in _weight_files(folder):
            for stored, shape in _read_header(path).items():
                name = stored.removeprefix(PREFIX)
                found[name] = shape
                self._files[name] = (path, stored)
        _check(folder, shapes, found)
        self.unused = sorted(
            name
            for name in found
            if name not in shapes and name != "lm_head.weight" and not MASK.fullmatch(name)
        )
        self._wanted = tuple(shapes)

    def load(self) -> dict[str, Tensor]:
        """Name to float32 tensor on the CPU, mapped from the file where it holds float32 already."""
        tensors: dict[str, Tensor] = {}
        for path in sorted({self._files[name][0] for name in self._wanted}):
            with safe_open(path, framework="pt") as file:
                for name in self._wanted:
                    where, stored = self._files[name]
                    if where == path:
                        tensors[name] = file.get_tensor(stored).float()
        return tensors


def _weight_files(folder: Path) -> list[Path]:
    if (folder / SINGLE).is_file():
        return [folder / SINGLE]
    if (folder / INDEX).is_file():
        return _indexed_files(folder)
    pickled = sorted(path.name for pattern in PICKLES for path in folder.glob(pattern))
    if pickled:
        raise ModelUnavailable(
            f"{folder} holds its weights only as a pickle ({pickled[0]}), "
            "and reading a pickle can run any program",
            "get a revision with model.safetensors, or convert it where you trust it: transformers' "
            "AutoModelForCausalLM.from_pretrained(FOLDER).save_pretrained(NEW_FOLDER)",
        )
    raise ModelUnavailable(
        f"{folder} holds no {SINGLE}", "see `playground models list` for what there is"
    )


def _indexed_files(folder: Path) -> list[Path]:
    path = folder / INDEX
    try:
        index = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        names = sorted(set(msgspec.convert(index.get("weight_map"), dict[str, str]).values()))
    except (msgspec.DecodeError, OSError) as error:
        raise ModelUnavailable(f"{path} is not an index of weights: {error}") from None
    for name in names:
        if Path(name).name != name:
            raise ModelUnavailable(f"{path} points out of its folder: {name!r}")
        if not (folder / name).is_file():
            raise ModelUnavailable(
                f"{folder} lacks {name}, which {INDEX} names", "download the model again"
            )
    return [folder / name for name in names]


def _read_header(path: Path) -> dict[str, tuple[int, ...]]:
    """Name to shape of a file's tensors. The library checks that offsets fit the shapes and the file."""
    damaged = "the file is damaged or not complete: download the model again"
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
        if length > LONGEST_HEADER:
            raise ModelUnavailable(
                f"{path} claims a header of {length:,} bytes, more than any GPT needs", damaged
            )
        with safe_open(path, framework="np") as file:
            names: list[str] = list(file.keys())
            slices = {name: file.get_slice(name) for name in names}
            kinds = {name: piece.get_dtype() for name, piece in slices.items()}
            shapes = {name: tuple(piece.get_shape()) for name, piece in slices.items()}
    except (SafetensorError, OSError) as error:
        raise ModelUnavailable(f"cannot read {path}: {error}", damaged) from None
    for name, kind in kinds.items():
        if kind not in FLOATING and not MASK.fullmatch(name.removeprefix(PREFIX)):
            raise ModelUnavailable(
                f"{path}: tensor {name} holds {kind}, not floating-point weights"
            )
    return shapes


def _check(folder: Path, shapes: Shapes, found: Shapes) -> None:
    missing = [name for name in shapes if name not in found]
    if missing:
        more = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
        raise ModelUnavailable(
            f"the weights in {folder} lack the tensor {missing[0]}{more}",
            "config.json and the weights do not belong together, or the download is not complete",
        )
    for name, shape in shapes.items():
        if found[name] != shape:
            raise ModelUnavailable(
                f"the tensor {name} in {folder} has the shape {found[name]}, "
                f"but config.json asks for {shape}",
                "config.json and the weights do not belong together",
            )
