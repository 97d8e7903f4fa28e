"""The app in a browser: served on loopback to who has the key, streaming what is typed into it."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

aiohttp = pytest.importorskip("aiohttp", reason="the extra `web` is not installed")

PATIENCE = 60
SEQUENCES = re.compile(r"\x1b\[[0-9;?<>=$]*[A-Za-z]")


@pytest.fixture
def served(playground):
    """The address of a served app whose model says "Once upon a time."; it is ended afterwards."""
    playground.model("tale", " upon a time.", after="Once")
    process = playground.start(
        "tui", "--web", "--port", "0", "-m", "tale", "-s", "greedy",
        stdout=subprocess.PIPE,
    )  # fmt: skip
    yield process.stdout.readline().decode().strip()
    process.terminate()
    assert process.wait(PATIENCE) == 0


class Page:
    """What a browser does for its user: keys go out, what is drawn comes in."""

    def __init__(self, socket) -> None:
        self._socket = socket
        self._seen = ""

    async def type(self, text: str) -> None:
        await self._socket.send_json(["stdin", text])

    async def until(self, text: str) -> None:
        """Wait until a text was drawn, cursor movements and colours left out."""
        while text not in SEQUENCES.sub("", self._seen):
            message = await self._socket.receive(timeout=PATIENCE)
            assert message.type == aiohttp.WSMsgType.BINARY, message
            self._seen += message.data.decode("utf-8", "ignore")


@asynccontextmanager
async def opened(address: str) -> AsyncIterator[Page]:
    """The page at an address, as a browser opens it."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(address) as answer:
            (at,) = re.findall(r'"(ws://[^"]+)"', await answer.text())
        async with browser.ws_connect(f"{at}?width=100&height=30") as socket:
            yield Page(socket)


def test_what_is_typed_in_a_page_streams_there_and_is_kept_when_it_is_closed(served, playground):
    async def use() -> None:
        async with opened(served) as page:
            await page.until("A text, and a model that goes on with it.")
            await page.type("Once")
            await page.type("\x07")  # ctrl+g
            await page.until("Once upon a time.")
            await page.until("14 tokens in")
            await page.type("\r")
            await page.type(" More")
            await page.until("time. More")

    asyncio.run(use())
    # The last that an app does is to remember where it was.
    remembered = playground.folder / "data" / "last-session"
    deadline = time.monotonic() + PATIENCE
    while not remembered.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)

    async def reopen() -> None:
        async with opened(served) as page:
            await page.until("Once upon a time. More")

    asyncio.run(reopen())


def test_who_has_no_key_gets_neither_page_nor_app(served):
    async def refused() -> list[int]:
        root = served.partition("?")[0]
        async with aiohttp.ClientSession() as browser:
            statuses = []
            for path in ("", "?key=guessed", "ws"):
                async with browser.get(root + path) as answer:
                    statuses.append(answer.status)
            return statuses

    assert asyncio.run(refused()) == [403, 403, 403]


def test_ending_the_server_ends_the_apps_which_keep_what_was_written(playground):
    process = playground.start("tui", "--web", "--port", "0", stdout=subprocess.PIPE)
    address = process.stdout.readline().decode().strip()

    async def write() -> None:
        async with opened(address) as page:
            await page.until("A text, and a model that goes on with it.")
            await page.type("half a sentence")
            await page.until("half a sentence")
            process.terminate()
            await asyncio.to_thread(process.wait, PATIENCE)

    asyncio.run(write())
    assert process.returncode == 0
    listed = json.loads(playground.process("sessions", "list", "--json").stdout)
    assert [session["beginning"] for session in listed] == ["half a sentence"]


def test_it_listens_on_loopback_alone(served):
    assert served.startswith("http://127.0.0.1:")
    port = int(served.partition("?")[0].rstrip("/").rpartition(":")[2])
    # Whatever else this machine is called, nobody answers there: all of 127/8 is its own.
    with socket.socket() as other:
        assert other.connect_ex(("127.0.0.2", port)) != 0


def test_a_port_that_is_taken_is_told(playground):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = playground.process("tui", "--web", "--port", str(port))
    assert ran.returncode == 1
    assert f"port {port} cannot be had" in ran.stderr.decode()


def test_without_the_extra_it_is_told_how_to_get_it(playground, monkeypatch):
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    monkeypatch.delitem(sys.modules, "playground.ui.tui.web", raising=False)
    ran = playground.run("tui", "--web")
    assert ran.exit_code == 1
    assert "the app in a browser needs textual_serve" in ran.output
    assert 'pip install "textgen-playground[web]"' in ran.output
