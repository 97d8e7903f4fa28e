"""What can go wrong on the way to the hub, said so that the user knows what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from playground.api.errors import ModelUnavailable, PlaygroundError

AGAIN = "playground models pull {0} continues where this stopped"


@contextmanager
def explained(repository: str) -> Iterator[None]:
    """Turns errors of the network, the hub and the disk into ModelUnavailable."""
    try:
        yield
    except PlaygroundError:
        raise
    except Exception as error:
        explanation = _explain(repository, error)
        if explanation is None:
            raise
        raise explanation from error


def _explain(repository: str, error: Exception) -> ModelUnavailable | None:
    from huggingface_hub import errors

    again = AGAIN.format(repository)
    # In order: a gated repository is a kind of one that is not found, and both are HTTP errors.
    if isinstance(error, errors.GatedRepoError):
        return ModelUnavailable(
            f"{repository} is gated: its owner wants to know who downloads it",
            "ask for access on its page, then log in with: hf auth login",
        )
    if isinstance(error, errors.RepositoryNotFoundError):
        return ModelUnavailable(
            f"the hub has no model {repository}, or it is private",
            "check the name; for a private one log in with: hf auth login",
        )
    if isinstance(error, errors.HFValidationError):
        return ModelUnavailable(f"{repository} is no repository's name", "write ORGANISATION/NAME")
    if isinstance(error, errors.OfflineModeIsEnabled):
        return ModelUnavailable(
            "the network is forbidden (HF_HUB_OFFLINE)", "unset HF_HUB_OFFLINE to download"
        )
    if isinstance(error, errors.HfHubHTTPError) and error.response.status_code in (401, 403):
        return ModelUnavailable(
            f"the hub does not let you read {repository}", "log in with: hf auth login"
        )
    if isinstance(error, errors.HfHubHTTPError):
        return ModelUnavailable(f"the hub answered: {_first_line(error)}", again)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ModelUnavailable("the disk is full", f"make room; {again}")
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EROFS):
        return ModelUnavailable(f"cannot write: {error}", "set HF_HUB_CACHE to a folder of yours")
    if is_lost_connection(error) or isinstance(error, OSError):
        return ModelUnavailable(f"cannot reach the hub: {_first_line(error)}", again)
    return None


def is_lost_connection(error: Exception) -> bool:
    """Whether the network failed, rather than the hub refused: worth another try."""
    from huggingface_hub.errors import HfHubHTTPError

    # httpx or httpx2, whichever this huggingface_hub is built on.
    transport = type(error).__module__.partition(".")[0] in ("httpx", "httpx2", "httpcore")
    return transport and not isinstance(error, HfHubHTTPError)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
