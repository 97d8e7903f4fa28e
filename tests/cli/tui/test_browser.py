"""The app in a real browser, with the shared session process behind it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from urllib.parse import urlsplit

import pytest

pytest.importorskip("aiohttp", reason="the extra `web` is not installed")

from tests.cli.tui import chromium

PROGRAM = chromium.installed()
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium here")
PATIENCE = 180


@pytest.fixture
def served(playground, monkeypatch):
    """The address of a served app that asks the session process; both are ended afterwards."""
    monkeypatch.setenv("PLAYGROUND_WORKER", "1")
    playground.model("tale", " upon a time.", after="Once")
    process = playground.start(
        "tui", "--web", "--port", "0", "-m", "tale", "-s", "greedy", stdout=subprocess.PIPE
    )
    yield process.stdout.readline().decode().strip()
    process.terminate()
    process.wait(PATIENCE)
    playground.process("worker", "stop")


def test_what_is_typed_in_a_browser_streams_there_from_the_session_process(
    served, playground, tmp_path
):
    async def use() -> None:
        async with chromium.tab(PROGRAM, tmp_path / "profile") as tab:
            await tab.open(served)
            await tab.until_drawn("A text, and a model that goes on with it.")
            await tab.value("document.querySelector('.xterm-helper-textarea').focus()")
            await tab.type("Once")
            await tab.until_drawn("Once")
            await tab.press_with_control("g")
            await tab.until_drawn("14 tokens in")
            assert "upon a time." in tab.drawn
            assert await tab.value("document.querySelectorAll('.xterm-screen canvas').length") > 0
            hosts = {urlsplit(address).hostname for address in tab.answered}
            assert hosts == {"127.0.0.1"}

    asyncio.run(use())
    (process,) = json.loads(playground.process("worker", "status", "--json").stdout)
    assert [model["name"] for model in process["models"]] == ["tale"]
