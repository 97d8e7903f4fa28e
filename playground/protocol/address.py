"""Where a session process is found: one for every way of computing that a user asks for.

Front ends whose settings shape the engine alike share one. Others have one of their own beside it, so that
nobody ends what somebody else uses; settings that travel with each request, such as the model, are not part
of it.
"""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec

from playground.config import ENVIRONMENT, Settings
from playground.protocol.folder import runtime_folder

SHAPING = ("strict", "offline", "prefix_cache_bytes", "model_bytes")
LIBRARIES = (
    "CUDA_", "HF_", "HIP_", "HOME", "HUGGINGFACE_", "KMP_", "LD_LIBRARY_PATH", "MKL_", "OMP_",
    "OPENBLAS_", "PLAYGROUND_", "PYTHONPATH", "PYTORCH_", "TORCH", "TRANSFORMERS_",
    "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
)  # fmt: skip
"""Beginnings of variables that what computes reads for itself."""


@dataclass(frozen=True, slots=True)
class Address:
    """Files of one session process, in the runtime folder."""

    folder: Path
    key: str

    @property
    def socket(self) -> Path:
        return self.folder / f"{self.key}.sock"

    @property
    def lock(self) -> Path:
        """Locked as long as a process lives at this address; holds its id."""
        return self.folder / f"{self.key}.lock"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.key}.log"


def address_of(settings: Settings) -> Address:
    """Where the session process of `settings` is, if it is. Raises WorkerUnusable."""
    return Address(runtime_folder(), key_of(settings))


def addresses() -> list[Address]:
    """Every address that was ever used in the runtime folder. Raises WorkerUnusable."""
    folder = runtime_folder()
    return [Address(folder, file.stem) for file in sorted(folder.glob("*.lock"))]


def key_of(settings: Settings) -> str:
    """12 hexadecimal digits of what makes two front ends need two processes."""
    own = [
        sys.prefix,
        [getattr(settings, name) for name in SHAPING],
        [os.path.abspath(folder) for folder in settings.plugin_folders],
        [os.path.abspath(folder) for folder in settings.model_folders],
        sorted(item for item in os.environ.items() if _matters(item[0])),
    ]
    return hashlib.sha256(msgspec.json.encode(own)).hexdigest()[:12]


def _matters(variable: str) -> bool:
    # Settings given in the environment are in the settings.
    return variable.startswith(LIBRARIES) and variable not in ENVIRONMENT


def portable(settings: Settings) -> Settings:
    """The same settings, meant from any folder."""
    return msgspec.structs.replace(
        settings,
        plugins=tuple(os.path.abspath(folder) for folder in settings.plugins),
        models=tuple(os.path.abspath(folder) for folder in settings.models),
    )
