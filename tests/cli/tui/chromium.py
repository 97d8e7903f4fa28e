"""A browser as a person has one, without a window: Chromium, told what to do over its devtools protocol."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 180
SEQUENCES = re.compile(r"\x1b\[[0-9;?<>=$]*[A-Za-z]")
CONTROL = 2
"""The modifier of the protocol."""


def installed() -> str | None:
    """The program, where there is one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Tab:
    """A page that is looked at and typed into."""

    def __init__(self, devtools: aiohttp.ClientWebSocketResponse) -> None:
        self._devtools = devtools
        self._asked = 0
        self.drawn = ""
        """What the page was sent to draw, cursor movements and colours left out."""
        self.answered: list[str] = []
        """Addresses that answered the page."""

    async def ask(self, method: str, **parameters: Any) -> Any:
        """What Chromium answers to a command of the protocol."""
        self._asked += 1
        number = self._asked
        await self._devtools.send_json({"id": number, "method": method, "params": parameters})
        while True:
            told = await self._hear()
            if told.get("id") == number:
                assert "error" not in told, told
                return told["result"]

    async def open(self, address: str) -> None:
        for domain in ("Page", "Network", "Runtime"):
            await self.ask(f"{domain}.enable")
        await self.ask("Page.navigate", url=address)

    async def type(self, text: str) -> None:
        for letter in text:
            await self._key(letter, text=letter)

    async def press_with_control(self, letter: str) -> None:
        await self._key(letter, modifiers=CONTROL, windowsVirtualKeyCode=ord(letter.upper()))

    async def until_drawn(self, text: str) -> None:
        while text not in self.drawn:
            await self._hear()

    async def value(self, expression: str) -> Any:
        """Of an expression of JavaScript in the page."""
        answer = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    async def _key(self, key: str, **more: Any) -> None:
        await self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, **more)
        await self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def _hear(self) -> dict[str, Any]:
        told: dict[str, Any] = await self._devtools.receive_json(timeout=PATIENCE)
        about = told.get("params", {})
        if told.get("method") == "Network.webSocketFrameReceived":
            frame = about["response"]
            if frame["opcode"] == 2:
                data = base64.b64decode(frame["payloadData"]).decode("utf-8", "ignore")
                self.drawn += SEQUENCES.sub("", data)
        elif told.get("method") == "Network.responseReceived":
            self.answered.append(about["response"]["url"])
        return told


@asynccontextmanager
async def tab(program: str, folder: Path) -> AsyncIterator[Tab]:
    """A tab of a browser of its own, whose profile is in `folder`."""
    words = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
    process = subprocess.Popen(
        [program, *words, f"--user-data-dir={folder}", "--window-size=1100,700", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = await _port(folder / "DevToolsActivePort", process)
        async with aiohttp.ClientSession() as http:
            async with http.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [each for each in await answer.json() if each["type"] == "page"]
            async with http.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                yield Tab(socket)
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)


async def _port(file: Path, process: subprocess.Popen[bytes]) -> int:
    """Where Chromium listens, which it writes to a file of its profile."""
    deadline = time.monotonic() + PATIENCE
    while not (file.exists() and file.read_text().count("\n")):
        assert process.poll() is None, "Chromium has ended"
        assert time.monotonic() < deadline, "Chromium does not listen"
        await asyncio.sleep(0.05)
    return int(file.read_text().split()[0])
