"""Where things lie: XDG folders of the user, and what ships with the package."""

from __future__ import annotations

import os
from pathlib import Path


def config_folder() -> Path:
    """Settings, the user's own plugins and prompts."""
    return _folder("PLAYGROUND_CONFIG_HOME", "user_config_path")


def cache_folder() -> Path:
    """What can be made again: measurements, benchmark models."""
    return _folder("PLAYGROUND_CACHE_HOME", "user_cache_path")


def data_folder() -> Path:
    """What the user made: models trained here, history."""
    return _folder("PLAYGROUND_DATA_HOME", "user_data_path")


def runtime_folder() -> Path:
    """What lives no longer than the machine runs: sockets. Neither made nor checked here."""
    if own := os.environ.get("PLAYGROUND_RUNTIME_HOME"):
        return Path(own)
    if of_session := os.environ.get("XDG_RUNTIME_DIR"):
        return Path(of_session) / "playground"
    # Straight in the sticky folder: what stands between could be another user's.
    return Path(os.environ.get("TMPDIR") or "/tmp") / f"playground-{os.getuid()}"


def _folder(variable: str, kind: str) -> Path:
    if own := os.environ.get(variable):
        return Path(own)
    import platformdirs

    path: Path = getattr(platformdirs, kind)("playground", appauthor=False)
    return path


def shipped_prompts() -> Path:
    """The templates that ship: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).parent
    packed = package / "prompts"
    return packed if packed.is_dir() else package.parent / "prompts"
