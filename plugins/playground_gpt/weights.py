"""Weights in the Hugging Face layout: found, checked against the configuration, and mapped into memory.

Nothing is allocated before the headers have been read and every tensor is known to be there in its shape.
Pickled weights are never opened: reading a pickle runs what is in it. Knows nothing of what the tensors
are for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from safetensors import SafetensorError, safe_open

from playground.api import ModelUnavailable

if TYPE_CHECKING:
    from numpy import ndarray

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
# The header of GPT-2 XL takes 60 KB; a thousand times that is not a header of such a model.
LONGEST_HEADER = 32 * 2**20
KINDS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
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


@dataclass(frozen=True, slots=True)
class _Stored:
    """Where a tensor lies: `begin` and `end` in bytes of the file."""

    file: Path
    kind: str
    shape: tuple[int, ...]
    begin: int
    end: int


class Weights:
    """The tensors of a folder that are known to match `shapes`.

    `unused` names what the files hold beyond that: such a folder may be a classifier built on a GPT.
    """

    def __init__(self, folder: Path, shapes: Shapes) -> None:
        found: dict[str, _Stored] = {}
        for path in _weight_files(folder):
            found |= {
                name.removeprefix(PREFIX): stored for name, stored in _read_header(path).items()
            }
        _check(folder, shapes, {name: stored.shape for name, stored in found.items()})
        self._wanted = {name: found[name] for name in shapes}
        self.unused = sorted(
            name
            for name in found
            if name not in shapes and name != "lm_head.weight" and not MASK.fullmatch(name)
        )

    def load(self) -> dict[str, ndarray]:
        """Name to float32 array, mapped from the file where it holds float32 already.

        What is written to such an array stays in this process.
        """
        import numpy as np

        files = {stored.file for stored in self._wanted.values()}
        mapped = {file: np.memmap(file, mode="c").view(np.ndarray) for file in files}
        return {
            name: _as_float32(mapped[stored.file][stored.begin : stored.end], stored)
            for name, stored in self._wanted.items()
        }


def _as_float32(data: ndarray, stored: _Stored) -> ndarray:
    """The tensor in `data` (bytes,)."""
    import numpy as np

    if stored.kind == "BF16":  # the upper half of a float32
        array = (data.view("<u2").astype("<u4") << 16).view("<f4")
    else:
        array = data.view(KINDS[stored.kind])
    return np.require(array.reshape(stored.shape), np.float32, "A")


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


def _read_header(path: Path) -> dict[str, _Stored]:
    """A file's tensors by name. The library checks that offsets fit the shapes and the file."""
    damaged = "the file is damaged or not complete: download the model again"
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > LONGEST_HEADER:
                raise ModelUnavailable(
                    f"{path} claims a header of {length:,} bytes, more than any GPT needs", damaged
                )
            header = file.read(length)
        with safe_open(path, framework="np"):
            pass
    except (SafetensorError, OSError) as error:
        raise ModelUnavailable(f"cannot read {path}: {error}", damaged) from None
    tensors = msgspec.json.decode(header, type=dict[str, dict[str, Any]])
    tensors.pop("__metadata__", None)
    for name, tensor in tensors.items():
        if tensor["dtype"] not in KINDS and not MASK.fullmatch(name.removeprefix(PREFIX)):
            raise ModelUnavailable(
                f"{path}: tensor {name} holds {tensor['dtype']}, not floating-point weights"
            )
    return {
        name: _Stored(
            path,
            tensor["dtype"],
            tuple(tensor["shape"]),
            *(8 + length + offset for offset in tensor["data_offsets"]),
        )
        for name, tensor in tensors.items()
    }


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
