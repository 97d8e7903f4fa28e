"""What a token costs the app's screen, for `playground bench ui`: `python -m playground.ui.tui.trial BEFORE`.

The whole screen without a terminal, colours on. Tokens come as from a fast model, through the feed, after
BEFORE others; printed are the seconds of processor time that each of them takes.
"""

from __future__ import annotations

import asyncio
import sys
import time

from playground.api.events import Token
from playground.config import Settings
from playground.session.workbench import Workbench
from playground.ui.cli.console import print_json_line
from playground.ui.tui.app import PlaygroundApp
from playground.ui.tui.desk import Begun, Job
from playground.ui.tui.pieces import Piece

SIZE = (120, 40)
RATE = 1000
"""Tokens a second: more than anybody reads, and than most models say."""
SECONDS = 3
WORDS = (" the", " quick", " brown", " fox", ",", " jumps", "\n", " over")


def token(index: int) -> Token:
    logprob = -0.7 * (index % 9)
    return Token(
        sequence=0, index=index, id=index, text=WORDS[index % len(WORDS)], bytes=(),
        logprob=logprob, rank=0, entropy=0.0, alternatives=(),
        raw_logprob=logprob, raw_rank=0, raw_entropy=0.0, raw_alternatives=(),
    )  # fmt: skip


async def measured(before: int) -> float:
    """Seconds of processor time a token."""
    app = PlaygroundApp(Workbench(Settings(worker=False, history=False), keep=False))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(1)
        pieces = [token(index) for index in range(before)]
        app.write.transcript.show(
            [Piece(each.text, "", each.index, each.logprob, each.raw_logprob) for each in pieces]
        )
        app.write.page.read_on()
        app.tell(Begun(Job(("",))))
        await pilot.pause(1)
        began, spent, said = time.monotonic(), time.process_time(), 0
        while (now := time.monotonic()) - began < SECONDS:
            while said < (now - began) * RATE:
                app.tell(token(before + said))
                said += 1
            await asyncio.sleep(0.01)
        await pilot.pause(0.1)
        return (time.process_time() - spent) / said


if __name__ == "__main__":
    print_json_line(asyncio.run(measured(int(sys.argv[1]))))
