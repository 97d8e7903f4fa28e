"""Processes that share a history: killed, many at once, each told apart from the dead."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from playground.session.recording import Place, Recorder
from playground.session.store import History

WRITER = Path(__file__).with_name("writer.py")
KILLS, AT_ONCE = 50, 5


def start(file: Path, runs: int = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(file), str(runs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def acknowledged(lines: list[str]) -> dict[str, int | str]:
    """Node to how many of its tokens were said to be safe, or `done`."""
    told: dict[str, int | str] = {}
    for line in lines:
        node, what = line.split()
        told[node] = what if what == "done" else int(what)
    return told


def is_sound(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)")
        return connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def kill_a_few(file: Path, chance: random.Random) -> list[str]:
    """Start writers, kill each in the midst of its work, and return what they said was safe."""
    writers = [start(file) for _ in range(AT_ONCE)]
    first = [writer.stdout.readline() for writer in writers]
    said = []
    for line, writer in zip(first, writers, strict=True):
        time.sleep(chance.uniform(0, 0.03))
        writer.kill()
        # Not communicate(), which does not see what has been read ahead.
        said += [line, *writer.stdout.read().splitlines(keepends=True)]
        assert writer.stderr.read() == ""
        writer.wait()
    # A pipe may end within a line, which then was not said.
    return [line for line in said if line.endswith("\n")]


@pytest.mark.slow
def test_of_fifty_killed_writers_no_acknowledged_token_is_lost(file):
    chance = random.Random(7)
    lines: list[str] = []
    for _ in range(KILLS // AT_ONCE):
        lines += kill_a_few(file, chance)
    told = acknowledged(lines)
    assert len(told) >= KILLS
    with History(file) as history:
        kept = {node.id: node for s in history.sessions() for node in history.tree(s.id)}
    for node, safe in told.items():
        said = [token.text for token in kept[node].tokens]
        assert said == [f" w{index}" for index in range(len(said))]
        assert kept[node].text == "".join(said)
        if safe == "done":
            assert (kept[node].ended, len(said)) == ("length", 12)
        else:
            assert len(said) >= safe
    ends = {node.ended for node in kept.values() if node.kind == "generated"}
    assert ends == {"length", "interrupted"}
    assert is_sound(file)
    with History(file) as history:
        alive = [history.writer]
        assert [file.name for file in (file.parent / "history-writers").iterdir()] == alive


@pytest.mark.slow
def test_eight_processes_write_at_once_and_nobody_takes_them_for_dead(file):
    writers = [start(file, runs=8) for _ in range(8)]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        with History(file) as history:
            trees = [history.tree(s.id, tokens=False) for s in history.sessions()]
            seen |= {node.ended for tree in trees for node in tree}
    said = [writer.communicate() for writer in writers]
    assert [err for _, err in said] == [""] * 8
    told = acknowledged([line for out, _ in said for line in out.splitlines()])
    assert len(told) == 64
    with History(file) as history:
        kept = {node.id: node for s in history.sessions() for node in history.tree(s.id)}
    assert {(kept[node].ended, len(kept[node].tokens)) for node in told} == {("length", 12)}
    assert "running" in seen
    assert "interrupted" not in seen
    assert is_sound(file)


def test_a_run_of_a_killed_process_is_interrupted_with_the_text_it_had(file):
    writer = start(file)
    node = writer.stdout.readline().split()[0]
    writer.kill()
    writer.communicate()
    with History(file) as history:
        ended = {n.id: n for s in history.sessions() for n in history.tree(s.id)}[node]
        assert ended.ended in ("interrupted", "length")
        assert ended.text.startswith(" w0 w1 w2")
        assert [match.node for match in history.search("w0 w1 w2", 99)].count(node) == 1


def test_a_living_run_of_this_process_stays_running_when_the_history_is_opened_again(
    file, history, events
):
    recorder = Recorder(Place(history), events.request())
    recorder.take(events.started())
    recorder.flush()
    with History(file) as other:
        assert [node.ended for node in other.tree(recorder.session)] == [None, "running"]
    recorder.close()


def test_another_process_that_writes_for_long_delays_the_history_but_loses_nothing(
    file, history, events
):
    recorder = Recorder(Place(history), events.request())
    recorder.take(events.started())
    recorder.flush()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        recorder.take(events.token(0, " upon"))
        recorder.flush()
        assert "database is locked" in recorder.problem
        recorder.take(events.token(1, " a"))
        other.execute("ROLLBACK")
    recorder.take(events.finished(" upon a"))
    recorder.close()
    assert recorder.problem == ""
    node = history.tree(recorder.session)[recorder.nodes[0]]
    assert ([token.text for token in node.tokens], node.ended) == ([" upon", " a"], "length")
