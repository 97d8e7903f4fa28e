"""Errors that cross the wire: told as data by one side, raised again by the other."""

from __future__ import annotations

from playground.api import errors
from playground.api.errors import PlaygroundError
from playground.protocol.messages import Problem


class WorkerUnusable(PlaygroundError):
    """The session process cannot be started or reached here at all."""


class WorkerBusy(PlaygroundError):
    """The session process has all the requests that it takes."""


class WorkerGone(PlaygroundError):
    """The session process ended before it had answered."""


class AnotherWorker(PlaygroundError):
    """The session process is of another version than who asks, or of other plugin files."""


KINDS: dict[str, type[PlaygroundError]] = {
    kind.__name__: kind
    for kind in (
        PlaygroundError,
        errors.InvalidInput,
        errors.UnknownName,
        errors.ModelUnavailable,
        errors.PluginFailed,
        errors.PromptTooLong,
        WorkerBusy,
        AnotherWorker,
    )
}


def problem_of(error: PlaygroundError) -> Problem:
    """`error` as data: a plugin's own kind of error travels as the nearest kind that is known."""
    kind = next(base.__name__ for base in type(error).__mro__ if KINDS.get(base.__name__) is base)
    return Problem(
        kind=kind, message=error.message, hint=error.hint, exit_code=error.exit_code
    )  # fmt: skip


def error_of(problem: Problem) -> PlaygroundError:
    """The error to raise for `problem`."""
    error = KINDS.get(problem.kind, PlaygroundError)(problem.message, problem.hint)
    if error.exit_code != problem.exit_code:
        error.exit_code = problem.exit_code
    return error
