"""The session process is killed while a screen streams or asks: it is told there, and a key goes on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import DataTable

from playground.session import workers
from playground.ui.tui.screens.place import PlaceScreen
from playground.ui.tui.widgets.banner import Banner
from playground.ui.tui.widgets.beside import Beside
from playground.ui.tui.widgets.pager import Pager

DEADLY = '''
"""Ends whichever process asks for a model, but for the one that a file names, while that is there."""
import os
import signal
from pathlib import Path

from playground.api import hookimpl
from playground.testing.scripted import ScriptedBackend

SPARED = Path(__file__).with_name("spared")


def end():
    if SPARED.exists() and os.getpid() != int(SPARED.read_text()):
        os.kill(os.getpid(), signal.SIGKILL)


class DeadlyBackend(ScriptedBackend):
    name = "deadly"

    def recognises(self, config):
        return config.get("model_type") == "deadly"

    def tokenizer(self, folder, **options):
        end()
        return super().tokenizer(folder, **options)

    def load(self, folder, *, device, dtype, **options):
        end()
        return super().load(folder, device=device, dtype=dtype, **options)


@hookimpl
def register_backends():
    return [DeadlyBackend()]
'''


@pytest.fixture
def session_process(home: Path, short_path: Path, monkeypatch) -> Iterator[None]:
    """The app asks a session process, which is ended afterwards."""
    monkeypatch.setenv("PLAYGROUND_WORKER", "1")
    monkeypatch.setenv("PLAYGROUND_RUNTIME_HOME", str(short_path))
    yield
    workers.stop_all()


@pytest.fixture
def endless(session_process, opened, model):
    """Opens the app with a model that says "la" for as long as anybody listens."""
    model("endless", "la" * 20_000, after="x", pause=0.02)

    def make(**more):
        return opened(**{"model": "endless", "chain": "greedy", "max_tokens": 50_000} | more)

    return make


@pytest.fixture
def deadly(session_process, home, model) -> Path:
    """A model `deadly`, and the file for as long as which no session process lives to load it."""
    plugins = home / "config" / "plugins"
    (plugins / "deadly_models.py").write_text(DEADLY)
    model("deadly", " upon", after="Once", model_type="deadly")
    file = plugins / "spared"
    file.write_text(str(os.getpid()))
    return file


def kill(hands) -> None:
    """End the session process as a machine without memory does."""
    status = workers.own(hands.bench.settings).status
    assert status is not None
    os.kill(status.pid, signal.SIGKILL)


def banner(hands) -> Banner:
    return hands.app.screen.query_one(Banner)


async def streaming(hands) -> None:
    """Let the model say something without end."""
    await hands.type("x")
    await hands.pilot.press("ctrl+g")
    await hands.until(lambda: len(hands.write.transcript.pieces) > 5)


@pytest.mark.parametrize(
    "key", ["f3", "f4", "f5", "f10", "f11", "ctrl+l", "ctrl+s", "f12"],
    ids=["tree", "models", "log", "templates", "plugins", "train", "inspect", "compare"],
)  # fmt: skip
async def test_what_streams_behind_a_screen_is_kept_and_r_goes_on_with_it(endless, key):
    async with endless() as hands:
        await streaming(hands)
        await hands.pilot.press(key)
        await hands.until(lambda: isinstance(hands.app.screen, PlaceScreen))
        screen = hands.app.screen
        kill(hands)
        await hands.until(lambda: banner(hands).display)
        assert "session process has ended" in banner(hands).failure
        await hands.until(lambda: hands.bench.node and hands.bench.node.ended == "error")
        said = hands.bench.text
        assert said.startswith("xlalala")
        await hands.pilot.press("escape")
        assert hands.app.screen is screen
        assert not banner(hands).display
        await hands.pilot.press("f2", "r")
        await hands.until(lambda: len(hands.write.transcript.text) > len(said) + 5)
        assert hands.write.transcript.text.startswith(said)
        await hands.press("escape")


async def test_r_on_another_screen_leads_to_the_text_that_goes_on(endless):
    async with endless() as hands:
        await streaming(hands)
        await hands.pilot.press("f3")
        kill(hands)
        await hands.until(lambda: banner(hands).display)
        said = hands.bench.text
        await hands.pilot.press("r")
        await hands.until(lambda: hands.app.screen is hands.write)
        await hands.until(lambda: len(hands.write.transcript.text) > len(said) + 5)
        assert hands.write.transcript.text.startswith(said)
        await hands.press("escape")


async def test_texts_of_a_comparison_are_kept_and_r_runs_its_rows_again(endless):
    async with endless() as hands:
        await hands.type("x")
        await hands.pilot.press("f12", "ctrl+g")
        beside = hands.app.screen.query_one(Beside)

        def texts():
            return ["".join(p.text for p in column.pieces) for column in beside.columns]

        def long():
            return len(texts()) == 2 and all(len(text) > 5 for text in texts())

        await hands.until(long)
        kill(hands)
        await hands.until(lambda: banner(hands).display)
        await hands.settle()
        kept = hands.bench.tree.children(hands.bench.tree.cursor)
        assert [node.text for node in kept] == texts()
        assert {node.ended for node in kept} == {"error"}
        await hands.pilot.press("r")
        await hands.until(lambda: not banner(hands).display and hands.app.desk.busy)
        await hands.until(long)
        await hands.press("escape")
        assert len(hands.bench.tree.children(hands.bench.tree.cursor)) == 4


async def test_an_inspector_that_loses_the_process_is_asked_again_by_r(deadly, opened):
    async with opened(model="deadly", chain="greedy") as hands:
        await hands.type("Once")
        await hands.press("ctrl+s", "left_square_bracket")
        await hands.until(lambda: banner(hands).display)
        assert "session process has ended" in banner(hands).failure
        assert hands.app.screen.query_one("#looked").text == "Once"
        deadly.unlink()
        await hands.press("r")
        await hands.until(lambda: "perplexity" in hands.app.screen.query_one("#told", Pager).text)
        assert not banner(hands).display


async def test_a_template_is_shown_where_nobody_can_say_what_is_doubtful_and_r_asks_again(
    deadly, opened, home
):
    folder = home / "config" / "prompts"
    folder.mkdir()
    (folder / "spaced.toml").write_text("query = '{{input}} '\n")
    async with opened(model="deadly", chain="greedy") as hands:
        await hands.type("Once")
        await hands.press("f10")
        screen = hands.app.screen
        table = screen.query_one(DataTable)
        table.move_cursor(row=[str(key.value) for key in table.rows].index("spaced"))
        await hands.until(lambda: "query = '{{input}} '" in screen.query_one(Pager).text)
        await hands.until(lambda: banner(hands).display)
        assert "Once" in screen.query_one(Pager).text
        deadly.unlink()
        await hands.press("r")
        await hands.until(lambda: "ends in 1 space" in screen.query_one(Pager).text)
        assert not banner(hands).display


async def test_models_are_listed_again_by_another_process(tale, session_process):
    async with tale() as hands:
        await hands.type("Once")
        await hands.press("ctrl+g", "f4")
        table = hands.app.screen.query_one(DataTable)

        def state():
            rows = [[str(cell) for cell in table.get_row(key)] for key in table.rows]
            return {row[1]: row[3] for row in rows}.get("tale")

        await hands.until(lambda: state() == "loaded on cpu")
        kill(hands)
        await hands.until(lambda: state() == "ready")
        await hands.press("u", "f2")
        assert hands.shown == "Once upon a time."
