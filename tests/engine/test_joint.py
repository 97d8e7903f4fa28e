"""One search that speaks for all sequences of a request: who hears what, and when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Annotated, ClassVar

import pytest

from playground.api import (
    Branch,
    Commit,
    DecodeContext,
    Decoding,
    Draft,
    Drafted,
    Finding,
    Found,
    InvalidInput,
    Meta,
    Strategy,
    Token,
    hookimpl,
)
from playground.testing import ScriptedModel


class Alphabet(Strategy, frozen=True):
    """Sequence i says the i-th token over and over, all of them from one read a step."""

    joint: ClassVar[bool] = True
    letters: Annotated[int, Meta(ge=1)] = 26
    speaks_of: int = -1

    def check(self, count, processors):
        if count > self.letters:
            raise InvalidInput(f"there are {self.letters} letters, not {count}", "ask for fewer")

    def decode(self, context: DecodeContext) -> Decoding:
        reading = context.reading
        first = ord("a")
        yield Finding("a tree", (Branch(-1, first, -1.0), Branch(0, first + 1, -2.0)))
        for _ in range(context.limit):
            logits = reading.logits[-1]
            chosen = context.candidates(context.ids, logits)
            for sequence in self._told(context):
                yield Draft((first,), sequence)
                yield Commit(first + sequence, chosen, logits, sequence)
            reading = yield from context.read(reading.state, [first])

    def _told(self, context: DecodeContext) -> Iterator[int]:
        yield from range(context.count) if self.speaks_of < 0 else [self.speaks_of]


class Short(Alphabet, frozen=True):
    """Finds one text of three tokens."""

    def decode(self, context: DecodeContext) -> Decoding:
        logits = context.reading.logits[-1]
        chosen = context.candidates(context.ids, logits)
        for _ in range(3):
            yield Commit(ord("x"), chosen, logits, 0)


@pytest.fixture(autouse=True)
def _registered(plugins):
    @hookimpl
    def register_strategies():
        return [Alphabet, Short]

    module = SimpleNamespace(register_strategies=register_strategies)
    plugins.load("alphabet", "built in", "", lambda: module)
    assert not plugins.quarantined


@pytest.fixture
def model():
    return ScriptedModel(lambda tokens: {"a": 1.0})


def test_each_sequence_hears_what_is_said_of_it(bench, model, finished):
    ends = finished(bench.run(model, "x", "alphabet", n=3, max_tokens=4))
    assert [end.text for end in ends] == ["aaaa", "bbbb", "cccc"]
    assert [end.reason for end in ends] == ["length"] * 3


def test_all_of_them_come_from_one_read_a_step(bench, model):
    bench.run(model, "xyz", "alphabet", n=3, max_tokens=4)
    assert model.passes == [(3,), (1,), (1,), (1,)]


def test_one_that_has_ended_hears_no_more_and_the_others_go_on(bench, model, finished):
    ends = finished(bench.run(model, "x", "alphabet", n=3, max_tokens=4, stop=("bb",)))
    assert [end.text for end in ends] == ["aaaa", "", "cccc"]
    assert ends[1].reason == "stop"


def test_the_search_is_closed_when_nobody_listens_any_more(bench, model):
    bench.run(model, "x", "alphabet", n=2, max_tokens=50, stop=("aa", "bb"))
    assert len(model.passes) == 2
    assert bench.scheduler.tasks == []


def test_a_draft_is_of_its_sequence(bench, model):
    events = bench.run(model, "x", "alphabet", n=2, max_tokens=1)
    assert [e.sequence for e in events if isinstance(e, Drafted)] == [0, 1]


def test_what_was_found_is_told_with_its_tree_as_text(bench, model):
    events = bench.run(model, "x", "alphabet", n=2, max_tokens=1)
    (found,) = (event for event in events if isinstance(event, Found))
    assert (found.sequence, found.notice) == (0, "a tree")
    assert [(t.parent, t.text, t.logprob) for t in found.tree] == [(-1, "a", -1.0), (0, "b", -2.0)]
    first = next(place for place, event in enumerate(events) if isinstance(event, Token))
    assert events.index(found) < first


def test_where_less_was_found_the_rest_have_no_text(bench, model, finished):
    ends = finished(bench.run(model, "x", "short", n=3, max_tokens=10))
    assert [(end.text, end.reason) for end in ends] == [("xxx", "done"), ("", "done"), ("", "done")]


def test_a_contradiction_is_told_before_anything_is_read(bench, model):
    with pytest.raises(InvalidInput, match="2 letters, not 3") as caught:
        bench.start(model, "x", "alphabet(2)", n=3)
    assert caught.value.hint == "ask for fewer"
    assert model.passes == []


def test_speaking_of_a_sequence_that_is_not_there_ends_all_with_an_error(bench, model, finished):
    ends = finished(bench.run(model, "x", "alphabet(speaks_of=5)", n=2, max_tokens=3))
    assert [end.reason for end in ends] == ["error", "error"]
    assert "sequence 5" in ends[0].error
    assert ends[0].exit_code == 4


def test_it_can_be_cancelled(bench, model, finished):
    generation = bench.start(model, "x", "alphabet", n=2, max_tokens=1000)
    events = [next(generation) for _ in range(12)]
    generation.cancel()
    ends = finished([*events, *generation])
    assert [end.reason for end in ends] == ["cancelled", "cancelled"]
    assert bench.scheduler.tasks == []


def test_noise_of_a_sibling_is_that_of_the_sequence_of_its_number(bench, model):
    class Sibling(Strategy, frozen=True):
        def decode(self, context):
            drawn.append(
                [context.sibling(number).noise.uniform(0) for number in range(4)]
                + [context.noise.uniform(0)]
            )
            yield from ()

    drawn = []
    from playground.testing.decode import start

    for sequence in range(3):
        list(start(Sibling(), model, "x", sequence=sequence, seed=5))
    assert all(each[:4] == drawn[0][:4] for each in drawn)
    assert [each[4] for each in drawn] == drawn[0][:3]
    assert len(set(drawn[0][:4])) == 4
