"""A program: generates into the history in FILE, RUNS times (0: until it is killed), and tells what is safe.

`python writer.py FILE RUNS` prints `NODE COUNT` when the first COUNT tokens of a node are written, and
`NODE done` when it has ended.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from made_events import Events

from playground.session.recording import Place, Recorder
from playground.session.store import History

TOKENS = 12


def write(file: Path, runs: int) -> None:
    events = Events()
    with History(file) as history:
        for _ in range(runs) if runs else count():
            recorder = Recorder(Place(history), events.request("Once"))
            recorder.take(events.started())
            for index in range(TOKENS):
                recorder.take(events.token(index, f" w{index}"))
                if index % 3 == 2:
                    recorder.flush()
                    check(recorder)
                    print(recorder.nodes[0], index + 1, flush=True)
            recorder.take(events.finished("".join(f" w{index}" for index in range(TOKENS))))
            recorder.close()
            check(recorder)
            print(recorder.nodes[0], "done", flush=True)


def check(recorder: Recorder) -> None:
    if recorder.problem:
        raise SystemExit(recorder.problem)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
