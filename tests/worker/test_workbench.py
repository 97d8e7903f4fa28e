"""A workbench whose models are in the session process: stopped, killed, reloaded, looked into."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from playground.api import Token
from playground.config import load_settings
from playground.session.transcript import Said
from playground.session.workbench import Workbench

PLUGIN = """
from playground.api import Processor, hookimpl

class Cut(Processor, frozen=True):
    '''Cuts.'''
    def __call__(self, candidates, step):
        return candidates.top({k})

@hookimpl
def register_processors():
    return [Cut]
"""


@pytest.fixture
def bench(user):
    made = Workbench(load_settings())
    user.model("tale", " upon a time.", after="Once")
    made.choose(model="tale", chain="greedy", seed=1)
    yield made
    made.close()


def said(bench, line):
    heard = Said()
    for output in bench.run(line):
        heard.take(output)
    return heard.text()


def test_what_is_asked_of_a_model_is_asked_of_the_process(user, bench):
    assert said(bench, "Once").startswith("Once upon a time.")
    assert "loaded" in said(bench, "/models")
    assert "the model" in said(bench, "/why 3")
    assert said(bench, "/alt 3 0").startswith("Once upo\n")
    assert said(bench, "/unload") == "-- tale is unloaded"
    assert "INFO" in said(bench, "/log")
    assert user.status().running == 0


def test_stop_is_heard_within_a_token_and_frees_the_process(user, bench):
    user.model("endless", "la" * 5000, after="x", pause=0.01)
    bench.choose(model="endless", max_tokens=9000)
    count = 0
    for output in bench.run("x"):
        count += isinstance(output, Token)
        if count == 20:
            bench.stop()
            break_at = time.monotonic()
            count += 1
    assert time.monotonic() - break_at < 60
    assert bench.node.ended == "cancelled"
    assert 20 <= len(bench.node.tokens) < 1000
    reads = len(user.notes("endless"))
    time.sleep(0.3)
    assert len(user.notes("endless")) <= reads + 1


def test_stop_while_the_model_loads_gives_the_line_back(user, bench):
    user.model("slow", "x", load_seconds=20)
    bench.choose(model="slow")
    threading.Timer(0.5, bench.stop).start()
    began = time.monotonic()
    assert said(bench, "y").endswith("error: stopped")
    assert time.monotonic() - began < 15
    assert bench.text == "y"


def test_a_killed_process_is_replaced_told_in_a_line_and_no_text_is_lost(user, bench):
    assert said(bench, "Once").startswith("Once upon a time.")
    os.kill(user.pid, signal.SIGKILL)
    again = said(bench, "/retry")
    assert "Once upon a time." in again
    assert again.count("a new one is started") == 1
    assert len(bench.tree) == 3


def test_a_plugin_that_is_saved_is_used_and_a_broken_one_leaves_the_process_as_it_is(user, bench):
    user.plugin("cut", PLUGIN.format(k=2))
    assert [note.text for note in bench.watched()] == ["plugin cut was loaded"]
    assert said(bench, "/strategy cut | greedy").startswith("cut | greedy")
    assert said(bench, "Once").startswith("Once upon a time.")
    first = user.pid

    user.plugin("cut", "broken broken")
    notes = [note.text for note in bench.watched()]
    assert notes[0].startswith("plugin cut was not loaded again, the version before stays")
    assert "Once upon a time." in said(bench, "/retry")
    assert user.pid == first

    user.plugin("cut", PLUGIN.format(k=1))
    assert [note.text for note in bench.watched()] == ["plugin cut was loaded again"]
    assert "Once upon a time." in said(bench, "/retry")
    assert user.pid != first
    assert said(bench, "/tokens").count("1.0000") >= 14
