"""Engines live in processes of their own, stay warm, and fail with a reason."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from playground.bench.worker import EngineFailed, Pool


@pytest.fixture
def pool() -> Iterator[Pool]:
    with Pool(threads=3) as pool:
        yield pool


def test_an_engine_is_made_once_and_stays_warm(pool, tiny):
    assert [pool.ask(tiny("count")) for _ in range(3)] == [1, 2, 3]


def test_every_engine_has_a_process_of_its_own(pool, tiny):
    one, other = (pool.ask(tiny("process", seconds=s)) for s in (1.0, 2.0))
    assert len({one, other, float(os.getpid())}) == 3


def test_an_engine_gets_the_threads_it_may_use(pool, tiny):
    assert pool.ask(tiny("threads")) == 3


def test_an_engine_that_raises_says_so_in_one_line_and_its_pool_goes_on(pool, tiny):
    with pytest.raises(EngineFailed, match=r"ValueError: the weights are gone$"):
        pool.ask(tiny("fail"))
    assert pool.ask(tiny("answer", seconds=0.5)) == 0.5


@pytest.mark.parametrize(
    ("measure", "name", "message"),
    [
        ("die", "Tiny", "ended with 9"),
        ("silent", "Tiny", "returned None, not seconds"),
        ("answer", "Absent", "a_library_that_is_not_installed"),
        ("answer", "Missing", "has no attribute 'Missing'"),
    ],
)
def test_what_is_wrong_with_an_engine_is_named(pool, tiny, measure, name, message):
    with pytest.raises(EngineFailed, match=message):
        pool.ask(tiny(measure, name=name))


@pytest.mark.parametrize("measure", ["fail", "die"])
def test_an_engine_that_failed_can_be_asked_again(pool, tiny, measure):
    with pytest.raises(EngineFailed):
        pool.ask(tiny(measure))
    assert pool.ask(tiny("answer")) == 1


def test_what_a_library_prints_does_not_reach_stdout(pool, tiny, capfd):
    pool.ask(tiny("chatter"))
    pool.__exit__(None, None, None)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "a library says hello\n")


def test_processes_end_with_the_pool(tiny):
    with Pool(threads=1) as pool:
        process = int(pool.ask(tiny("process")))
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
