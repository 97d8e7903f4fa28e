"""Which session of the history was open when the app was left, to go on with when it is opened again."""

from __future__ import annotations

import contextlib
from pathlib import Path

from playground import paths


def _file() -> Path:
    return paths.data_folder() / "last-session"


def remember(session: str | None) -> None:
    """From now on it is this one; None: none."""
    with contextlib.suppress(OSError):
        if session is None:
            _file().unlink(missing_ok=True)
        else:
            _file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _file().write_text(session, encoding="utf-8")


def remembered() -> str | None:
    """The session; None where there is none."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return _file().read_text(encoding="utf-8").strip() or None
    return None
