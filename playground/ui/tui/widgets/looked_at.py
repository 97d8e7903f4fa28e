"""The text that is inspected: the arrows walk its tokens, and nothing else is done with it."""

from __future__ import annotations

from playground.ui.tui.keys import bindings
from playground.ui.tui.widgets.transcript import Transcript


class LookedAt(Transcript, inherit_bindings=False):
    """A document to look at."""

    BINDINGS = bindings("looked")
