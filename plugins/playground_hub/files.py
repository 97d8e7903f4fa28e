"""The JSON files and the headers of the weights of a model folder, checked before they are believed.

Imports neither torch nor transformers, and never opens a pickle.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import msgspec

from playground.api import ModelUnavailable

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
# The headers of the largest models take a few megabytes a file.
LONGEST_HEADER = 16 * 2**20
# Causal masks and rotary tables that older files hold beside the weights.
BUFFER = re.compile(r".*(attn\.bias|attention\.bias|masked_bias|rotary_emb\.inv_freq)")
DAMAGED = "the file is damaged or not complete: get the model again"


@dataclass(frozen=True, slots=True)
class Header:
    """A tensor as the header of its file describes it."""

    shape: tuple[int, ...]
    dtype: str

    @property
    def count(self) -> int:
        return prod(self.shape)


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in `path`, empty where there is no such file."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ModelUnavailable(f"cannot read {path}: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise ModelUnavailable(f"{path} is not a JSON object: {error}") from None


def read_config(folder: Path) -> dict[str, Any]:
    """The folder's `config.json`. Raises ModelUnavailable where there is none."""
    config = read_json(folder / "config.json")
    if not config:
        raise ModelUnavailable(f"{folder} holds no config.json", "give the folder of a model")
    return config


def read_headers(folder: Path) -> dict[str, Header]:
    """Every parameter of the folder's weights by name, without buffers.

    Raises ModelUnavailable for files that are missing, truncated or not what they claim.
    """
    headers: dict[str, Header] = {}
    for path in _weight_files(folder):
        headers |= _read_header(path)
    return {name: header for name, header in headers.items() if not _is_buffer(name, header)}


def _is_buffer(name: str, header: Header) -> bool:
    # A bias that is learned is a vector.
    return BUFFER.fullmatch(name) is not None and (len(header.shape) != 1 or "inv_freq" in name)


def _weight_files(folder: Path) -> list[Path]:
    if (folder / INDEX).is_file():
        return _indexed_files(folder)
    if (folder / SINGLE).is_file():
        return [folder / SINGLE]
    raise ModelUnavailable(
        f"{folder} holds no {SINGLE}",
        "weights are read from safetensors only; playground models list shows what there is",
    )


def _indexed_files(folder: Path) -> list[Path]:
    weights: Mapping[str, Any] = read_json(folder / INDEX).get("weight_map") or {}
    names = sorted({str(name) for name in weights.values()})
    for name in names:
        if Path(name).name != name:
            raise ModelUnavailable(f"{folder / INDEX} points out of its folder: {name!r}")
        if not (folder / name).is_file():
            raise ModelUnavailable(f"{folder} lacks {name}, which {INDEX} names", DAMAGED)
    if not names:
        raise ModelUnavailable(f"{folder / INDEX} names no weights", DAMAGED)
    return [folder / name for name in names]


def _read_header(path: Path) -> dict[str, Header]:
    from safetensors import SafetensorError, safe_open

    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
        if length > LONGEST_HEADER:
            raise ModelUnavailable(f"{path} claims a header of {length:,} bytes", DAMAGED)
        # The library checks that the offsets fit the shapes and the file.
        with safe_open(path, framework="np") as file:
            names = list(file.keys())
            slices = [file.get_slice(name) for name in names]
    except (SafetensorError, OSError) as error:
        raise ModelUnavailable(f"cannot read {path}: {error}", DAMAGED) from None
    headers = (Header(tuple(piece.get_shape()), piece.get_dtype()) for piece in slices)
    return dict(zip(names, headers, strict=True))
