"""Fetch one file of the hub: continue where an earlier try stopped, and check what has arrived.

Knows nothing of models; a file is named by the hash of its content, as git and git-lfs name it.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.api.errors import ModelUnavailable
from playground.session.hub_errors import is_lost_connection

CHUNK = 256 * 1024
TIMEOUT = 30.0
TRIES_WITHOUT_PROGRESS = 3
CONTENT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository: its size in bytes, and its content by git's SHA-1 or lfs's SHA-256."""

    name: str
    size: int
    content: str

    def __post_init__(self) -> None:
        if not CONTENT.fullmatch(self.content) or self.size < 0:
            raise ModelUnavailable(f"the hub describes {self.name} in a way that cannot be used")

    def present(self, blobs: Path) -> int:
        """Bytes of it that lie in the folder `blobs`."""
        if (blobs / self.content).is_file():
            return self.size
        partial = self.partial(blobs)
        return min(partial.stat().st_size, self.size) if partial.is_file() else 0

    def partial(self, blobs: Path) -> Path:
        """Where its bytes gather until all of them are there."""
        return blobs / f"{self.content}.incomplete"


def fetch_file(file: RemoteFile, url: str, blobs: Path, progress: Callable[[int], None]) -> None:
    """Bring `file` from `url` into the folder `blobs`, whole and checked.

    Raises ModelUnavailable for content that is not what its name says; errors of the network are
    huggingface_hub's own.
    """
    from huggingface_hub import utils

    hub: Any = utils  # what it documents there is not marked for type checkers
    # The lock that huggingface_hub takes for the same file.
    locks = blobs.parent.parent / ".locks" / blobs.parent.name
    for folder in (blobs, locks):
        folder.mkdir(parents=True, exist_ok=True)
    with hub.WeakFileLock(locks / f"{file.content}.lock"):
        if (blobs / file.content).is_file():
            return
        partial = file.partial(blobs)
        _gather(file, url, partial, progress)
        if content_of(partial, file) != file.content:
            partial.unlink()
            raise ModelUnavailable(
                f"{file.name} did not arrive as the hub describes it", "download it again"
            )
        partial.replace(blobs / file.content)


def _gather(file: RemoteFile, url: str, partial: Path, progress: Callable[[int], None]) -> None:
    partial.touch()
    tries = 0
    while (have := partial.stat().st_size) < file.size:
        try:
            _stream(url, partial, have, progress)
        except Exception as error:
            if not is_lost_connection(error) or tries == TRIES_WITHOUT_PROGRESS:
                raise
            time.sleep(tries)
        tries = 0 if partial.stat().st_size > have else tries + 1


def _stream(url: str, partial: Path, have: int, progress: Callable[[int], None]) -> None:
    from huggingface_hub import get_session, get_token, hf_raise_for_status

    headers = {"Accept-Encoding": "identity"}
    if token := get_token():
        headers["Authorization"] = f"Bearer {token}"
    if have:
        headers["Range"] = f"bytes={have}-"
    with get_session().stream("GET", url, headers=headers, timeout=TIMEOUT) as response:
        hf_raise_for_status(response)
        continues = response.status_code == 206
        if have and not continues:
            progress(-have)
        with partial.open("ab" if continues else "wb") as out:
            for chunk in response.iter_bytes(CHUNK):
                out.write(chunk)
                progress(len(chunk))


def content_of(path: Path, file: RemoteFile) -> str:
    """The hash by which the hub names the content of `path`, of the kind that `file` has."""
    if len(file.content) == 64:
        digest = hashlib.sha256()
    else:
        digest = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as data:
        while chunk := data.read(2**20):
            digest.update(chunk)
    return digest.hexdigest()
