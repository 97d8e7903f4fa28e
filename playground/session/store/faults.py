"""What can be wrong with a database, told apart, and in words for the user."""

from __future__ import annotations

import sqlite3
import struct

import msgspec

from playground.api.errors import PlaygroundError

WITHOUT = "--no-history, or history = false in config.toml, goes without it"


ERRORS = (sqlite3.Error, OSError, UnicodeDecodeError, struct.error, msgspec.DecodeError)
"""What reading or writing may raise. UnicodeDecodeError: a message of SQLite's that quotes damage."""


class HistoryUnavailable(PlaygroundError):
    """The history cannot be opened, read or written."""


def is_damage(error: Exception) -> bool:
    """Whether what the file holds is at fault, and not a lock, a full disk or a permission."""
    if isinstance(error, UnicodeDecodeError | struct.error | msgspec.DecodeError):
        return True
    return _kind(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_busy(error: Exception) -> bool:
    """Whether another process was in the way."""
    return _kind(error) == sqlite3.SQLITE_BUSY


def _kind(error: Exception) -> int:
    """The lowest byte of SQLite's result code; the others are details."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def reason(error: Exception) -> str:
    """Why it failed, for a line of text."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return f"it is damaged ({error})" if is_damage(error) else str(error)
