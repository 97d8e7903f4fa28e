"""What is done a moment after it was first wanted, once however often it is wanted till then."""

from __future__ import annotations

from collections.abc import Callable

from textual.widget import Widget


class Later:
    """Calls `call` on the widget's own loop `seconds` after it was wanted."""

    def __init__(self, widget: Widget, seconds: float, call: Callable[[], object]) -> None:
        self._widget = widget
        self._seconds = seconds
        self._call = call
        self._waits = False

    def want(self) -> None:
        if not self._waits:
            self._waits = True
            self._widget.set_timer(self._seconds, self._do)

    def _do(self) -> None:
        self._waits = False
        self._call()
