"""The app on a terminal, from its first paint to a terminal that is as it was before."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playground.session.workbench import Workbench


def run(bench: Workbench) -> int:
    """The exit code: 0, or that of the signal that ended it."""
    from playground.ui.tui.app import PlaygroundApp

    try:
        app = PlaygroundApp(bench)
        code = app.run()
        return app.return_code or 0 if code is None else code
    finally:
        bench.close()
