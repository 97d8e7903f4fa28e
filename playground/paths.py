"""Where things lie: XDG folders of the user, and what ships with the package."""

from __future__ import annotations

import os
from pathlib import Path

LONGEST_SOCKET_PATH = 100
"""The kernel's own limit is 108 bytes on Linux and 104 elsewhere."""
SOCKET_NAME_LENGTH = 24
"""Room for a name in the folder, that of a socket on its way included."""


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


def socket_folder() -> Path:
    """The runtime folder; where its path leaves no room for a socket's name, a short one for it alone."""
    wanted = runtime_folder().absolute()
    if len(os.fsencode(wanted)) + 1 + SOCKET_NAME_LENGTH <= LONGEST_SOCKET_PATH:
        return wanted
    import hashlib

    digest = hashlib.sha256(bytes(wanted)).hexdigest()[:8]
    return Path(os.environ.get("TMPDIR") or "/tmp") / f"playground-{os.getuid()}-{digest}"


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
