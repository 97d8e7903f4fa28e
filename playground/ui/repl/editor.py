"""A text in the user's editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile

from playground.api.errors import InvalidInput


def edited(text: str) -> str | None:
    """What became of `text` in $VISUAL or $EDITOR; None where the editor failed.

    Editors end a file with a newline: one that the text had not at its end is taken away again. Raises
    InvalidInput where the editor cannot be started.
    """
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    descriptor, name = tempfile.mkstemp(prefix="playground-", suffix=".txt")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        try:
            ended = subprocess.run([*command, name], check=False)
        except OSError as error:
            raise InvalidInput(
                f"cannot start {command[0]!r}: {error.strerror}", "set EDITOR to one that is there"
            ) from None
        if ended.returncode:
            return None
        with open(name, encoding="utf-8", newline="") as stream:
            new = stream.read()
    finally:
        os.unlink(name)
    return new if text.endswith("\n") else new.removesuffix("\n")
