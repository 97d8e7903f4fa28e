"""Waiting for a model can always be given up, and what was computed for nobody is dropped."""

from __future__ import annotations

import threading

import pytest

from playground.session.waiting import Stopped, Waiting


class Stream:
    """Numbers for ever, or until it is cancelled; then one word more."""

    def __init__(self, gate=None):
        self.number = 0
        self.cancelled = threading.Event()
        self.gate = gate

    def __iter__(self):
        return self

    def __next__(self):
        if self.gate:
            self.gate.wait(120)
        if self.number == -1:
            raise StopIteration
        if self.cancelled.is_set():
            self.number = -1
            return "cancelled"
        self.number += 1
        return self.number

    def cancel(self):
        self.cancelled.set()


def test_a_job_answers_or_raises():
    waiting = Waiting()
    assert waiting.call(lambda: 3) == 3
    with pytest.raises(KeyError):
        waiting.call(lambda: {}["x"])
    assert not waiting.busy


def test_jobs_run_on_one_thread_one_after_the_other():
    waiting = Waiting()
    first = waiting.call(threading.current_thread)
    waiting.later(lambda: 1 / 0)
    assert waiting.call(threading.current_thread) is first
    assert first is not threading.current_thread()


def test_the_first_stop_cancels_a_stream_and_its_last_words_come():
    waiting, stream = Waiting(), Stream()
    heard = []
    for event in waiting.stream(lambda: stream):
        heard.append(event)
        if len(heard) == 3:
            waiting.stop()
    assert heard[-1] == "cancelled"
    assert heard[:3] == [1, 2, 3]


def test_a_second_stop_leaves_a_stream_that_does_not_end():
    waiting, gate = Waiting(), threading.Event()
    events = waiting.stream(lambda: Stream(gate))
    gate.set()
    assert next(events) == 1
    gate.clear()
    waiting.stop()
    waiting.stop()
    with pytest.raises(Stopped):
        list(events)
    gate.set()
    assert waiting.call(lambda: "free again") == "free again"


def test_stop_is_heard_before_there_is_a_stream():
    waiting, begin = Waiting(), threading.Event()
    stream = Stream()

    def slow():
        begin.wait(120)
        return stream

    events = waiting.stream(slow)
    threading.Timer(0.05, waiting.stop).start()
    with pytest.raises(Stopped):
        next(events)
    begin.set()
    assert stream.cancelled.wait(120), "nobody reads it, so it must not go on"


def test_leaving_a_stream_cancels_it():
    waiting, stream = Waiting(), Stream()
    events = waiting.stream(lambda: stream)
    next(events)
    events.close()
    assert stream.cancelled.wait(120)


def test_stop_without_anybody_who_waits_does_nothing():
    waiting = Waiting()
    waiting.stop()
    assert waiting.call(lambda: 1) == 1
