"""What ends a command, as an exit code and a line for the user.

0 ok, 1 failure, 2 usage or configuration, 3 model not available, 4 plugin failed, 5 prompt does
not fit, 130 cancelled, 141 (as a process that SIGPIPE ends) when nobody reads the output any more.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable

import click
from click.exceptions import NoArgsIsHelpError

from playground.ui.cli import console, interrupt

OK, FAILURE, CANCELLED, CLOSED_PIPE = 0, 1, 130, 141


def exit_code_of(run: Callable[[], object], verbose: Callable[[], bool]) -> int:
    """Run a command and tell the user what went wrong, if anything did."""
    try:
        result = run()
        return result if isinstance(result, int) else OK
    except (click.Abort, KeyboardInterrupt):
        return CANCELLED
    except Exception as error:
        if interrupt.seen():
            return CANCELLED
        if verbose():
            console.write(traceback.format_exc(), stream=sys.stderr)
        return _tell(error)
    finally:
        _forget_unwritable_output()


def _tell(error: Exception) -> int:
    if isinstance(error, NoArgsIsHelpError):
        console.write(f"{error.format_message()}\n", stream=sys.stderr)
        return error.exit_code
    if isinstance(error, click.UsageError):
        context = error.ctx
        hint = f"{context.command_path} --help" if context else ""
        console.error(error.format_message(), hint)
        return error.exit_code
    if isinstance(error, click.ClickException):
        console.error(error.format_message())
        return error.exit_code
    if isinstance(error, OSError):
        from playground.session.store.faults import reason

        console.error(reason(error))
        return FAILURE
    return _tell_playground_error(error)


def _tell_playground_error(error: Exception) -> int:
    from playground.api.errors import PlaygroundError

    if isinstance(error, PlaygroundError):
        console.error(error.message, error.hint)
        return error.exit_code
    console.error(
        f"unexpected {type(error).__name__}: {error}",
        "this is a fault of the program or of a plugin; playground -v … shows where",
    )
    return FAILURE


def _forget_unwritable_output() -> None:
    """What could not be written would be tried again, and complained of, at the very end."""
    try:
        sys.stdout.flush()
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.__stdout__.fileno() if sys.__stdout__ else 1)
        os.close(null)
