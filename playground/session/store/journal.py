"""Writes what a run says every quarter of a second, on a thread of its own.

So who reads the events never waits for a disk or for another process that writes, and what a slow
model said is written in time even when nothing more comes. It knows when to write and that a batch
is written whole or stays to be tried again; what is written it asks for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from playground.session.store.connection import PATIENCE, connect
from playground.session.store.rows import Statement

INTERVAL = 0.25
"""Seconds between two writings: the most that is lost when the process is killed."""


class Journal:
    """Asks `drain` for the statements since the last time, and writes them in one transaction.

    `drain` is called under `lock`, which whoever adds to what it drains must hold, too.
    """

    def __init__(self, file: Path, drain: Callable[[], list[Statement]]) -> None:
        self.lock = threading.Condition()
        self.problem: Exception | None = None
        """Why the last batch could not be written; it stays, and is tried again."""
        self._drain = drain
        self._batch: list[Statement] = []
        self._waiting = self._urgent = self._closing = self._writing = False
        self._rounds = 0
        self._connection = connect(file, patience=1)
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    def changed(self, *, at_once: bool = False) -> None:
        """Say, holding the lock, that there is something to drain."""
        if at_once or not self._waiting:
            self._waiting = True
            self._urgent |= at_once
            self.lock.notify_all()

    def flush(self) -> None:
        """Return when all that was said before has been written, or could not be."""
        with self.lock:
            goal = self._rounds + 1 + self._writing  # a round under way has drained already
            self._waiting = self._urgent = True
            self.lock.notify_all()
            self.lock.wait_for(lambda: self._rounds >= goal)

    def close(self) -> None:
        """Write the rest, with patience, and end."""
        with self.lock:
            self._closing = True
            self.lock.notify_all()
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        due = time.monotonic()
        while not self._closing:
            with self.lock:
                self.lock.wait_for(lambda: self._waiting or self._closing)
                pause = due - time.monotonic()
                self.lock.wait_for(lambda: self._urgent or self._closing, max(0, pause))
            if not self._closing:
                self._write()
            due = time.monotonic() + INTERVAL
        self._connection.execute(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")
        self._write()

    def _write(self) -> None:
        try:
            with self.lock:
                self._writing = True
                self._waiting = self._urgent = False
                self._batch += self._drain()
            if self._batch:
                self._commit()
            self._batch = []
            self.problem = None
        except Exception as error:
            # Whatever it is: who waits for the thread must not wait for ever.
            self.problem = error
        with self.lock:
            self._writing = False
            self._waiting |= bool(self._batch)
            self._rounds += 1
            self.lock.notify_all()

    def _commit(self) -> None:
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        try:
            for sql, parameters in self._batch:
                execute(sql, parameters)
            execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                execute("ROLLBACK")
            raise
