"""One download at a time, on a thread of its own: its size first, then how far it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.api.errors import PlaygroundError

if TYPE_CHECKING:
    from playground.session.client import Session
    from playground.session.pull import Plan

TOLD_SECONDS = 0.2
"""Between two tellings of how far it is."""


@dataclass(frozen=True)
class Progress:
    """How far a download is; `problem` says why it ended where it did not come to its end."""

    name: str
    here: int
    total: int
    ended: bool = False
    problem: str = ""
    hint: str = ""


class Cancelled(Exception):
    """The user did not want it any more."""


class Pulling:
    """Plans and fetches; `tell` is called on the download's thread."""

    def __init__(self, session: Callable[[], Session], tell: Callable[[Progress], object]) -> None:
        self._session = session
        self._tell = tell
        self._plan: Plan | None = None
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None
        self.name = ""
        """What is planned or fetched."""

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def plan(self, name: str) -> Plan:
        """How much it would be. Asks the hub; raises ModelUnavailable."""
        from playground.session import pull

        session = self._session()
        catalog = session.catalog
        self._plan = pull.plan(
            catalog.repository(name), catalog.cache, offline=session.settings.offline
        )
        self.name = name
        return self._plan

    def begin(self) -> bool:
        """Fetch what was planned; False where nothing was, or something is being fetched."""
        if self._plan is None or self.running:
            return False
        plan, self._plan = self._plan, None
        self._cancelled.clear()
        self._thread = threading.Thread(target=self._fetch, args=(plan,), daemon=True, name="pull")
        self._thread.start()
        return True

    def cancel(self) -> bool:
        """End it; what has come stays. False where nothing is being fetched."""
        self._cancelled.set()
        return self.running

    def _fetch(self, plan: Plan) -> None:
        from playground.session import pull

        here, told = plan.bytes_here, 0.0

        def progress(count: int) -> None:
            nonlocal here, told
            if self._cancelled.is_set():
                raise Cancelled
            here += count
            if time.monotonic() - told >= TOLD_SECONDS:
                told = time.monotonic()
                self._tell(Progress(self.name, here, plan.bytes_total))

        problem, hint = "", ""
        try:
            pull.fetch(plan, progress)
        except Cancelled:
            problem, hint = "stopped", "p twice goes on where it stopped"
        except PlaygroundError as error:
            problem, hint = error.message, error.hint
        except Exception as error:
            problem = f"unexpected {type(error).__name__}: {error}"
        self._tell(Progress(self.name, here, plan.bytes_total, True, problem, hint))
