"""The parts of the session process, each alone: places, outboxes, turns, the shelf, errors as data."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import InvalidInput, ModelUnavailable, PlaygroundError, Read, UnknownName
from playground.engine.engine import Engine
from playground.protocol.problems import KINDS, WorkerBusy, error_of, problem_of
from playground.protocol.questions import ModelChoice
from playground.testing.scripted import ScriptedModel
from playground.worker.beginning import Loading
from playground.worker.engine_thread import EngineThread
from playground.worker.outbox import Mailroom, Outbox
from playground.worker.shelf import Shelf
from playground.worker.slots import Slots
from playground.worker.turns import Turns, in_turns


def test_more_requests_than_can_run_wait_and_more_than_can_wait_are_refused():
    async def scenario() -> None:
        slots = Slots(running=2, waiting=1)
        leave = asyncio.Event()

        async def request() -> None:
            async with slots.take():
                await leave.wait()

        three = [asyncio.create_task(request()) for _ in range(3)]
        await asyncio.sleep(0)
        assert (slots.running, slots.waiting, slots.idle_seconds) == (2, 1, 0)
        with pytest.raises(WorkerBusy, match="answers 2 requests, and 1 more wait"):
            async with slots.take():
                pass
        leave.set()
        await asyncio.gather(*three)
        assert (slots.running, slots.waiting) == (0, 0)
        assert slots.idle_seconds >= 0

    asyncio.run(scenario())


def test_who_gives_up_waiting_takes_no_place():
    async def scenario() -> None:
        slots = Slots(running=1, waiting=1)
        async with slots.take():
            waiting = asyncio.create_task(slots.take().__aenter__())
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            assert slots.waiting == 0
        async with slots.take():
            assert slots.running == 1

    asyncio.run(scenario())


@given(st.lists(st.lists(st.integers(), max_size=5), max_size=30), st.integers(1, 4))
def test_an_outbox_hands_on_everything_in_its_order(batches, capacity):
    async def scenario() -> list[int]:
        outbox = Outbox(Mailroom(asyncio.get_running_loop()), lambda: None, capacity)

        def fill() -> None:
            for batch in batches:
                outbox.put(batch)
            outbox.end()

        filling = threading.Thread(target=fill)
        filling.start()
        taken = [event async for batch in outbox.batches() for event in batch]
        filling.join()
        return taken

    assert asyncio.run(scenario()) == [event for batch in batches for event in batch]


def test_a_full_outbox_says_so_until_it_has_been_emptied():
    async def scenario() -> None:
        room = asyncio.Event()
        outbox = Outbox(Mailroom(asyncio.get_running_loop()), room.set, capacity=3)
        outbox.put([1, 2])
        assert not outbox.stalled()
        outbox.put([3])
        assert outbox.stalled()
        reading = outbox.batches()
        assert await anext(reading) == [1, 2, 3]
        assert room.is_set()
        assert not outbox.stalled()

    asyncio.run(scenario())


def test_a_function_that_reads_is_a_decode_that_returns_what_the_function_does():
    model = ScriptedModel("abc")

    def two_reads(lent) -> list[float]:
        (first,) = lent.read([Read(lent.start(), (97,))])
        (second,) = lent.read([Read(first.state, (98,))])
        return [int(reading.logits[-1].argmax()) for reading in (first, second)]

    def drive() -> Turns[list[int]]:
        nonlocal answer
        answer = yield from in_turns(model, two_reads)

    answer: list[int] = []
    turns, readings = drive(), None
    reads = []
    with suppress(StopIteration):
        while True:
            reads.append(turns.send(readings).reads)
            readings = model.read(list(reads[-1]))
    assert [[read.tokens for read in batch] for batch in reads] == [[(97,)], [(98,)]]
    assert answer == [98, 99]


def test_what_a_function_raises_the_decode_raises():
    def fails(lent) -> None:
        raise InvalidInput("not so")

    with pytest.raises(InvalidInput, match="not so"):
        next(in_turns(ScriptedModel("a"), fails))


def test_a_function_whose_decode_is_closed_ends_at_its_read():
    ended = threading.Event()

    def reads(lent) -> None:
        try:
            lent.read([Read(lent.start(), (97,))])
        finally:
            ended.set()

    turns = in_turns(ScriptedModel("a"), reads)
    next(turns)
    turns.close()
    assert ended.wait(120)


class Library:
    """A catalog and backend of models whose weights have as many bytes as their name says."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.loads: list[str] = []
        self.fail: list[Exception] = []

    def resolve(self, reference):
        if not reference.isdigit():
            raise ModelUnavailable(f"no {reference}")
        size = int(reference)
        card = SimpleNamespace(bytes_as=lambda dtype: size, parameters=size)
        backend = SimpleNamespace(card=lambda folder: card, load=self._load(reference))
        return SimpleNamespace(folder=self.folder, backend=backend, options={})

    def _load(self, reference):
        def load(folder, *, device, dtype):
            self.loads.append(reference)
            if self.fail:
                raise self.fail.pop()
            return ScriptedModel("a")

        return load


@pytest.fixture
def library(tmp_path):
    return Library(tmp_path)


def on_shelf(library, limit, scenario, *, first=None):
    """Runs `scenario(shelf)` with an engine's thread; `first`: a model that is on its way before."""

    async def run() -> None:
        engine = Engine(None, library, 2**20)
        loading = Loading(engine, ModelChoice(model=first)) if first else None
        thread = EngineThread(engine)
        thread.start()
        try:
            await scenario(Shelf(thread, limit, loading))
        finally:
            assert thread.stop(timeout=10)

    asyncio.run(run())


async def held(shelf, name: str) -> None:
    async with shelf.hold(ModelChoice(model=name)):
        pass


async def names(shelf) -> list[str]:
    return [loaded.name for loaded in await shelf.models()]


def test_the_least_recently_used_models_make_room_for_another(library):
    async def scenario(shelf) -> None:
        for name in ("40", "50", "40", "30"):
            await held(shelf, name)
        assert await names(shelf) == ["40", "30"]

    on_shelf(library, 100, scenario)
    assert library.loads == ["40", "50", "30"]


def test_a_model_in_use_is_never_unloaded_for_another(library):
    async def scenario(shelf) -> None:
        async with shelf.hold(ModelChoice(model="90")):
            await held(shelf, "80")
            assert await names(shelf) == ["90", "80"]
        await held(shelf, "10")
        assert await names(shelf) == ["90", "10"]

    on_shelf(library, 100, scenario)


def test_who_asks_for_a_model_while_it_is_loaded_waits_for_the_same(library):
    async def scenario(shelf) -> None:
        await asyncio.gather(*(held(shelf, "40") for _ in range(5)))

    on_shelf(library, 100, scenario)
    assert library.loads == ["40"]


def test_when_memory_is_full_the_idle_models_go_and_it_is_tried_again(library):
    async def scenario(shelf) -> None:
        await held(shelf, "10")
        library.fail = [MemoryError()]
        await held(shelf, "20")
        assert await names(shelf) == ["20"]

    on_shelf(library, 100, scenario)


def test_a_load_that_fails_leaves_nothing_and_can_be_tried_again(library):
    async def scenario(shelf) -> None:
        library.fail = [ModelUnavailable("truncated")]
        with pytest.raises(ModelUnavailable, match="truncated"):
            await held(shelf, "10")
        assert await names(shelf) == []
        await held(shelf, "10")

    on_shelf(library, 100, scenario)


def test_a_model_that_was_on_its_way_before_there_was_a_shelf_is_not_loaded_again(library):
    async def scenario(shelf) -> None:
        await asyncio.gather(held(shelf, "40"), held(shelf, "40"), held(shelf, "50"))
        assert sorted(await names(shelf)) == ["40", "50"]

    on_shelf(library, 100, scenario, first="40")
    assert sorted(library.loads) == ["40", "50"]


def test_a_model_that_was_on_its_way_is_loaded_again_where_its_files_have_changed(library):
    async def scenario(shelf) -> None:
        while not library.loads:
            await asyncio.sleep(0.01)
        (library.folder / "config.json").write_text("{}")
        await held(shelf, "40")

    on_shelf(library, 100, scenario, first="40")
    assert library.loads == ["40", "40"]


def test_a_model_that_failed_on_its_way_is_told_and_can_be_tried_again(library):
    async def scenario(shelf) -> None:
        with pytest.raises(ModelUnavailable, match="truncated"):
            await held(shelf, "10")
        await held(shelf, "10")

    library.fail = [ModelUnavailable("truncated")]
    on_shelf(library, 100, scenario, first="10")


@pytest.mark.parametrize("kind", KINDS.values())
def test_an_error_crosses_the_wire_as_what_it_is(kind):
    error = error_of(problem_of(kind("what", "do that")))
    assert type(error) is kind
    assert (error.message, error.hint, error.exit_code) == ("what", "do that", kind.exit_code)


def test_a_plugins_own_error_arrives_as_the_nearest_kind_that_is_known():
    class Odd(UnknownName):
        exit_code = 42

    error = error_of(problem_of(Odd("what")))
    assert (type(error), error.exit_code) == (UnknownName, 42)
    assert UnknownName.exit_code == PlaygroundError("").exit_code + 1
