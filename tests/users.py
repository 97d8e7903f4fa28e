"""A user for a test: folders of their own, none of the settings of whoever runs it, and scripted models."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest


def move_in(patch: pytest.MonkeyPatch, folder: Path, *, keep: Collection[str] = ()) -> None:
    """From now on the user's folders are below `folder`, and of what was set only what is to `keep` is."""
    settings = [name for name in os.environ if name.startswith("PLAYGROUND_")]
    for name in {*settings, "NO_COLOR", "FORCE_COLOR"} - {*keep}:
        patch.delenv(name, raising=False)
    for kind in ("CONFIG", "CACHE", "DATA"):
        patch.setenv(f"PLAYGROUND_{kind}_HOME", str(folder / kind.lower()))


def write_scripted(models: Path, name: str, script: Any, **config: Any) -> str:
    """Put a model that says a script into a folder of models; its name."""
    folder = models / name
    folder.mkdir(parents=True, exist_ok=True)
    config = {"model_type": "scripted", "script": script} | config
    (folder / "config.json").write_text(json.dumps(config))
    return name
