"""Parts of the app without a screen: the desk, the feed, rows of a chain, what is unsaved, frames."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api.events import Drafted, Token
from playground.api.outputs import Continuing, Note
from playground.chain_syntax import Stage, parse
from playground.config import load_settings
from playground.session.workbench import Workbench
from playground.ui.tui import chain_rows, last_place
from playground.ui.tui.chain_rows import ChainRow, slider_of
from playground.ui.tui.desk import Answered, Begun, Desk, Done, Job
from playground.ui.tui.feed import FRAME, Feed
from playground.ui.tui.streaming import Streaming
from playground.ui.tui.unsaved import Unsaved, UnsavedFile

LIGHT = "import sys; import playground.ui.tui.app, playground.ui.tui.run; print(*sys.modules)"


def test_what_is_imported_before_the_first_paint_is_no_model_library():
    ran = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True)
    imported = {name.partition(".")[0] for name in ran.stdout.split()}
    heavy = {"torch", "transformers", "numpy", "tokenizers", "huggingface_hub", "prompt_toolkit"}
    assert imported & (heavy | {"sqlite3"}) == set()
    assert "textual" in imported


class Loop:
    """An event loop whose time is told by hand."""

    def __init__(self, monkeypatch) -> None:
        self.now = 100.0
        self.waiting: list[tuple[float, object]] = []
        monkeypatch.setattr("playground.ui.tui.feed.time.monotonic", lambda: self.now)

    def is_closed(self) -> bool:
        return False

    def call_soon_threadsafe(self, call) -> None:
        self.waiting.append((self.now, call))

    def call_later(self, delay, call) -> None:
        self.waiting.append((self.now + delay, call))

    def run_until(self, moment: float) -> None:
        while due := [each for each in self.waiting if each[0] <= moment]:
            each = min(due, key=lambda entry: entry[0])
            self.waiting.remove(each)
            self.now = max(self.now, each[0])
            each[1]()
        self.now = moment


def test_the_first_is_shown_at_once_and_then_no_more_than_a_frame_at_a_time(monkeypatch):
    loop = Loop(monkeypatch)
    frames: list[tuple[float, int]] = []
    feed = Feed(loop, lambda told: frames.append((loop.now, len(told))))
    feed.put("first")
    loop.run_until(loop.now)
    assert frames == [(100.0, 1)]
    for step in range(1000):  # a second of a thousand tokens
        feed.put(step)
        loop.run_until(100.0 + step / 1000)
    loop.run_until(102.0)
    assert sum(count for _, count in frames) == 1001
    assert len(frames) <= 1 + 1 / FRAME + 1
    gaps = [b - a for (a, _), (b, _) in itertools.pairwise(frames)]
    assert min(gaps) >= FRAME - 1e-9


@pytest.fixture
def desk(home, model):
    """A desk with a model that says something, and what it told."""
    model("tale", " upon a time.", after="Once")
    bench = Workbench(load_settings())
    bench.choose(model="tale", chain="greedy", seed=1)
    told: list[object] = []
    made = Desk(bench, told.append)
    made.start()
    yield made, bench, told
    made.close(None, 10)
    bench.close()


def wait_until(seen) -> None:
    deadline = time.monotonic() + 120
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_job_sets_the_document_runs_its_lines_and_says_when_it_is_done(desk):
    made, bench, told = desk
    made.do("", document="Once")
    wait_until(lambda: any(isinstance(each, Done) for each in told))
    assert isinstance(told[0], Begun)
    assert bench.text == "Once upon a time."
    assert not told[-1].failed
    made.do("/nonsense", "/max 3")
    wait_until(lambda: sum(isinstance(each, Done) for each in told) == 2)
    assert told[-1].failed
    assert bench.max_tokens != 3


def test_a_line_of_the_user_does_not_wait_for_a_question_of_the_screen(desk):
    made, bench, told = desk
    held = threading.Event()
    made.ask("slow", lambda: bench.ask(lambda: held.wait(120)))
    wait_until(lambda: bench.waiting.busy)
    made.do("/max 3")
    wait_until(lambda: bench.max_tokens == 3)
    held.set()
    assert Answered("slow", None) in told


def test_of_questions_of_one_name_the_last_is_answered_and_a_failure_is_none(desk):
    made, _, told = desk
    made.ask("wait", lambda: time.sleep(0.2))
    for number in range(5):
        made.ask("number", lambda number=number: number)
    made.ask("broken", lambda: 1 / 0)
    wait_until(lambda: made.idle)
    answers = [each for each in told if isinstance(each, Answered)]
    assert [each.value for each in answers if each.name == "number"] == [4]
    assert Answered("broken", None) in answers


def test_closing_keeps_the_document_that_was_written(desk):
    made, bench, _ = desk
    assert made.close("half a sen", 10)
    assert bench.text == "half a sen"


CHAINS = st.lists(st.sampled_from(["top_k(5)", "top_p(0.9)", "temperature(0.8)"]), max_size=4)


@given(CHAINS, st.data())
def test_a_stage_that_is_off_keeps_its_place_whatever_else_is_done(stages, data):
    rows = tuple(ChainRow(stage) for stage in parse(" | ".join([*stages, "sample"])))
    place = data.draw(st.integers(0, len(rows) - 1))
    off = chain_rows.switched(rows, place)
    assert chain_rows.switched(off, place) == rows
    assert len(off) == len(rows)
    if len(rows) > 1:
        assert chain_rows.merged(off, parse(chain_rows.text_of(off))) == off
    assert chain_rows.moved(rows, 0, -1) == rows
    assert sorted(map(str, chain_rows.moved(rows, place, 1))) == sorted(map(str, rows))


def test_a_slider_moves_the_option_where_it_was_written(desk):
    _, bench, _ = desk
    classes = bench.plugins.processors
    (stage, by_name, _) = parse("top_p(0.95) | top_p(p=1.0) | sample")
    slider = slider_of(stage, classes["top_p"])
    assert (slider.option, slider.value, slider.low, slider.high) == ("p", 0.95, 0, 1)
    assert str(chain_rows.turned(stage, classes["top_p"], slider, -1)) == "top_p(0.9)"
    again = slider_of(by_name, classes["top_p"])
    assert again.turned(1) == 1.0
    assert str(chain_rows.turned(by_name, classes["top_p"], again, -1)) == "top_p(p=0.95)"
    assert slider_of(Stage("unknown"), None) is None


def test_what_is_unsaved_is_found_when_its_app_is_dead_and_only_then(tmp_path):
    script = (
        "import sys, time; from pathlib import Path;"
        "from playground.ui.tui.unsaved import Unsaved, UnsavedFile;"
        "file = UnsavedFile(Path(sys.argv[1])); file.keep(Unsaved('half', None, None));"
        "print('kept', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        assert UnsavedFile(tmp_path).left() is None
        os.kill(process.pid, signal.SIGKILL)
    found = UnsavedFile(tmp_path)
    assert found.left() == Unsaved("half", None, None)
    assert UnsavedFile(tmp_path).left() is None
    found.close()
    assert list(tmp_path.iterdir()) == []


def test_the_last_session_is_remembered(home):
    assert last_place.remembered() is None
    last_place.remember("abc")
    assert last_place.remembered() == "abc"
    last_place.remember(None)
    assert last_place.remembered() is None


def token(index: int, sequence: int = 0) -> Token:
    return Token(
        sequence=sequence, index=index, id=index, text=f"t{index}", bytes=(), logprob=-1.0, rank=0,
        entropy=0.0, alternatives=(), raw_logprob=-2.0, raw_rank=0, raw_entropy=0.0,
        raw_alternatives=(),
    )  # fmt: skip


def test_a_frame_gathers_tokens_of_the_first_sequence_and_the_last_draft():
    job = Job(("",))
    told = [
        Begun(job),
        Continuing(text="x", n=2),
        Drafted(sequence=0, ids=(1,), text="old"),
        token(0),
        token(0, sequence=1),
        token(1),
        Drafted(sequence=0, ids=(2,), text="new"),
    ]
    begins, continues, *_ = [f for f in Streaming().frames(told) if f.begins or f.continues]
    assert begins.begins.startswith("writing")
    assert [piece.text for piece in continues.pieces] == ["t0", "t1"]
    assert continues.draft == "new"


def test_an_error_of_a_generation_is_a_failure_and_being_stopped_is_none():
    def last(note: Note, line: str) -> object:
        job = Job((line,))
        return [*Streaming().frames([Begun(job), note, Done(job, True)])][-2]

    assert last(Note("gone", "error", "look"), "").failure.text == "gone"
    assert last(Note("gone", "error"), "/max x").failure is None
    assert last(Note("stopped", "error"), "").failure is None
    assert last(Note("stopped", "error"), "").note.kind == "notice"
