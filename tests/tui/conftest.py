"""The app without a terminal, driven by Textual's Pilot, on scripted models in this process.

A test that is a coroutine runs in an event loop of its own.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from playground.config import load_settings
from playground.session.workbench import Workbench
from playground.ui.tui.app import PlaygroundApp
from playground.ui.tui.screens.write import WriteScreen
from tests.users import move_in, write_scripted

PATIENCE = 120.0
MOST_OPEN = 10
"""Screens, pages and lines that lie on each other at most."""
PLUGIN = '''
"""Scripted models, which can be slow."""
import time

from playground.api import hookimpl
from playground.testing.scripted import ScriptedBackend, ScriptedModel, read_script


class Slow(ScriptedModel):
    pause = 0.0

    def read(self, batch):
        time.sleep(self.pause)
        return super().read(batch)


class SlowBackend(ScriptedBackend):
    def load(self, folder, *, device, dtype, **options):
        config = read_script(folder)
        model = Slow(config["script"], after=config.get("after", ""),
                     context_length=config.get("context_length"))
        model.pause = config.get("pause", 0.0)
        return model


@hookimpl
def register_backends():
    return [SlowBackend()]
'''


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine."""
    if not inspect.iscoroutinefunction(pyfuncitem.function):
        return None
    names = inspect.signature(pyfuncitem.function).parameters
    asyncio.run(pyfuncitem.function(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


class Hands:
    """Presses keys and waits for what comes of them."""

    def __init__(self, app: PlaygroundApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def write(self) -> WriteScreen:
        return self.app.write

    @property
    def bench(self) -> Workbench:
        return self.app.bench

    @property
    def left(self) -> bool:
        """Whether the app was asked to end, and has."""
        return self.app.return_code is not None or not self.app.is_running

    @property
    def shown(self) -> str:
        """The text of the document as it is seen, in the editor or the transcript."""
        write = self.write
        return write.transcript.text if write.reading else write.editor.document_text

    async def press(self, *keys: str) -> None:
        """Press keys; when this returns, all that they began has ended and is shown."""
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type characters."""
        names = {" ": "space", "\n": "enter", ".": "full_stop", ",": "comma", ":": "colon"}
        await self.pilot.press(*(names.get(letter, letter) for letter in text))

    async def command(self, line: str) -> None:
        """Type a command and run it."""
        await self.press("ctrl+o", "ctrl+u")
        self.app.screen.query_one("Input").value = line
        await self.press("enter")

    async def go_home(self) -> None:
        """Leave whatever is open, as a person does who presses escape until the document is there."""
        for _ in range(MOST_OPEN):
            if self.app.screen is self.write:
                return
            await self.press("escape")
        raise AssertionError(f"escape does not leave {self.app.screen_stack}")

    async def settle(self) -> None:
        """Wait until nothing is being done."""
        deadline = time.monotonic() + PATIENCE
        quiet = 0
        while quiet < 2:
            assert time.monotonic() < deadline, "the app does not come to rest"
            await self.pilot.pause(0.04)
            quiet = quiet + 1 if self.app.at_rest else 0

    async def until(self, seen: Callable[[], Any]) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + PATIENCE
        while not seen():
            assert time.monotonic() < deadline, "it never holds"
            await self.pilot.pause(0.02)


Open = Callable[..., Any]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty folders of the user's, with scripted models as a plugin."""
    move_in(monkeypatch, tmp_path)
    monkeypatch.setenv("PLAYGROUND_WORKER", "0")
    plugins = tmp_path / "config" / "plugins"
    plugins.mkdir(parents=True)
    (plugins / "scripted_models.py").write_text(PLUGIN)
    return tmp_path


@pytest.fixture
def model(home: Path) -> Callable[..., str]:
    """Makes a model of a name that says a script."""

    def make(name: str, script: Any, **config: Any) -> str:
        return write_scripted(home / "data" / "models", name, script, **config)

    return make


@pytest.fixture
def opened(home: Path) -> Open:
    """Opens the app, on a workbench with some choices; its hands, at rest."""

    @asynccontextmanager
    async def make(
        *, size: tuple[int, int] = (120, 40), resume: str | None = None, **chosen: Any
    ) -> AsyncIterator[Hands]:
        bench = Workbench(load_settings(), resume=resume)
        bench.choose(**chosen)
        app = PlaygroundApp(bench)
        try:
            async with app.run_test(size=size) as pilot:
                hands = Hands(app, pilot)
                await hands.settle()
                yield hands
                app.desk.close(None, PATIENCE)
        finally:
            bench.close()

    return make


@pytest.fixture
def tale(opened: Open, model: Callable[..., str]) -> Open:
    """Opens the app with a model that continues "Once" with " upon a time." and ends."""
    model("tale", " upon a time.", after="Once")

    def make(**more: Any) -> Any:
        return opened(**{"model": "tale", "chain": "greedy", "seed": 1} | more)

    return make
