"""The funnel of a token."""

from __future__ import annotations

from collections.abc import Iterable

from playground.api import Inspected, Output, Panel


class Funnel(Panel):
    """What `/why` tells, of the token under the cursor."""

    def show(self, inspected: Inspected) -> Iterable[Output]:
        return inspected.why()
