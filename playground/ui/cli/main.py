"""The process `playground`: nothing is imported before ctrl-c and the streams are in order."""

from __future__ import annotations

import gc
import os
import signal
import sys

CANCELLED = 130


def main() -> None:
    """Run the command line of this process and exit."""
    # Until the commands are imported there is nothing to save: leave at once, without a traceback.
    signal.signal(signal.SIGINT, lambda signum, frame: os._exit(CANCELLED))
    # What is made while modules are imported stays: looking for garbage in it takes a tenth of the time.
    gc.disable()
    from playground.ui.cli import ahead

    ahead.begin(sys.argv[1:])
    from playground.ui.cli import console, interrupt
    from playground.ui.cli.app import cli

    console.prepare_streams()
    try:
        interrupt.install()
        cli.main()
    except KeyboardInterrupt:  # between two things, where no command could take it
        raise SystemExit(CANCELLED) from None
    finally:
        # While the interpreter takes itself down, ctrl-c just ends it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
