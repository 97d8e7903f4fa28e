"""What a folder says of the model in it, before a backend looks at it. Opens no weights."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from playground.api.errors import ModelUnavailable, PluginFailed
from playground.api.model import Backend

PICKLES = ("pytorch_model*.bin", "*.pt", "*.pth", "*.ckpt")
CONVERT = (
    "get a version in safetensors, or convert it where you trust it: python -c "
    "'from transformers import AutoModelForCausalLM as M; "
    'M.from_pretrained("FOLDER").save_pretrained("NEW_FOLDER")\''
)


def backend_for(folder: Path, backends: Iterable[Backend]) -> Backend:
    """The first of `backends` that recognises the folder's configuration.

    Raises ModelUnavailable where none does, where there is no configuration that can be read, or
    where the weights are only there as a pickle.
    """
    config = read_config(folder)
    refuse_pickles(folder)
    asked = []
    for backend in backends:
        if _recognises(backend, config):
            return backend
        asked.append(backend.name)
    made = config.get("architectures")
    classes = f" ({', '.join(map(str, made))})" if isinstance(made, list) and made else ""
    raise ModelUnavailable(
        f"no backend loads {folder}: model_type {config.get('model_type')!r}{classes}",
        f"backends: {', '.join(asked) or 'none'}; they load models that continue text",
    )


def read_config(folder: Path) -> dict[str, Any]:
    """The `config.json` of a model folder; ModelUnavailable where there is none that can be read."""
    path = folder / "config.json"
    retry = "mend it, or get the model again"
    try:
        config = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise ModelUnavailable(
            f"{folder} is no model folder: it has no config.json", "playground models list"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise ModelUnavailable(f"{path} cannot be read: {error}", retry) from None
    if not isinstance(config, dict):
        raise ModelUnavailable(f"{path} holds no JSON object", retry)
    return config


def refuse_pickles(folder: Path) -> None:
    """Raises ModelUnavailable for weights that are only there as a pickle."""
    if any(folder.glob("*.safetensors")):
        return
    for file in (file for pattern in PICKLES for file in folder.glob(pattern)):
        raise ModelUnavailable(
            f"{folder} holds its weights only as a pickle ({file.name}), "
            "and opening a pickle can run any program",
            CONVERT,
        )


def _recognises(backend: Backend, config: Mapping[str, Any]) -> bool:
    try:
        return backend.recognises(config)
    except Exception as error:
        raise PluginFailed(f"backend {backend.name} failed on a config.json: {error!r}") from error
