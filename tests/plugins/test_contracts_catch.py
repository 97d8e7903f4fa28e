"""What breaks a law is caught by that law: a contract that nothing fails would prove nothing."""

from __future__ import annotations

import itertools
from typing import ClassVar

import numpy as np
import pytest
from msgspec.structs import replace

from playground.api import (
    Branch,
    Candidates,
    Commit,
    Draft,
    Finding,
    Processor,
    Read,
    Reading,
    Strategy,
    Template,
)
from playground.api.template import TemplateTest
from playground.testing import (
    CharTokenizer,
    ModelContract,
    ProcessorContract,
    ScriptedModel,
    StrategyContract,
    TemplateContract,
    ToyRecurrent,
)
from playground.testing.laws import verdicts
from playground.testing.recurrent import RecurrentState
from playground.testing.scripted import ScriptedState


def broken_laws(contract, **makers) -> set[str]:
    return {v.law for v in verdicts("it", contract, **makers) if v.result == "failed"}


# Processors.


class Nan(Processor, frozen=True):
    def __call__(self, candidates, step):
        return candidates.rescored(candidates.scores * np.nan)


class Empty(Processor, frozen=True):
    def __call__(self, candidates, step):
        return candidates.keep(candidates.scores > 1e9)


class Adds(Processor, frozen=True):
    def __call__(self, candidates, step):
        return Candidates(np.zeros(40, dtype=np.float32))


class Descending(Processor, frozen=True):
    def __call__(self, candidates, step):
        return Candidates(candidates.scores[::-1], candidates.ids[::-1])


class WritesIntoItsInput(Processor, frozen=True):
    def __call__(self, candidates, step):
        candidates.scores[:] *= 0.5
        return Candidates(candidates.scores, candidates.ids)


class Counts(Processor, frozen=True):
    calls: ClassVar = itertools.count(1)

    def __call__(self, candidates, step):
        return candidates.rescored(candidates.scores / next(self.calls))


class Raises(Processor, frozen=True):
    def __call__(self, candidates, step):
        raise IndexError("oops")


FINITE = "keeps some of the candidates with finite scores"


@pytest.mark.parametrize(
    ("processor", "law"),
    [
        (Nan(), FINITE),
        (Empty(), FINITE),
        (Adds(), FINITE),
        (Raises(), FINITE),
        (Descending(), "keeps ids ascending"),
        (WritesIntoItsInput(), "leaves its input unchanged"),
        (Counts(), "gives the same twice"),
        (Counts(), "does not depend on what it saw before"),
    ],
)
def test_a_processor_that_breaks_a_law(processor, law):
    assert law in broken_laws(ProcessorContract, processor=lambda: processor)


def test_a_law_that_raises_says_where():
    line = Raises.__call__.__code__.co_firstlineno + 1
    found = {v.detail for v in verdicts("it", ProcessorContract, processor=Raises)}
    assert f"IndexError: oops (line {line} of test_contracts_catch.py)" in found


# Strategies: each is greedy but for one fault.


class Plain(Strategy, frozen=True):
    def decode(self, context):
        ids, reading = list(context.ids), context.reading
        for _ in self.turns(context):
            logits = reading.logits[-1]
            chosen = context.candidates(ids, logits)
            commit = self.commit(chosen, logits, context)
            yield commit
            ids.append(commit.token)
            reading = yield from context.read(reading.state, [commit.token])

    def turns(self, context):
        return itertools.count()

    def commit(self, chosen, logits, context):
        return Commit(chosen.best(), chosen, logits)


class NoSuchToken(Plain, frozen=True):
    def commit(self, chosen, logits, context):
        return Commit(10_000, chosen, logits)


class NotACandidate(Plain, frozen=True):
    def commit(self, chosen, logits, context):
        return Commit(chosen.best(), chosen.keep(chosen.ids != chosen.best()), logits)


class StopsEarly(Plain, frozen=True):
    def turns(self, context):
        return range(3)


class ReadsAhead(Plain, frozen=True):
    def decode(self, context):
        yield from context.read(context.reading.state, [0] * (context.limit + 1))
        yield from super().decode(context)


class NeverEnds(Plain, frozen=True):
    def commit(self, chosen, logits, context):
        kept = chosen.keep(~np.isin(chosen.ids, list(context.model.tokenizer.eos_ids)))
        return Commit(kept.best(), kept, logits)


class Forgetful(Plain, frozen=True):
    counter: ClassVar = itertools.count()

    def commit(self, chosen, logits, context):
        token = next(self.counter) % 5
        return Commit(token, chosen, logits)


class SeededAfterAll(Plain, frozen=True):
    deterministic: ClassVar[bool] = True

    def commit(self, chosen, logits, context):
        token = int(context.noise.uniform(0) * 4)
        return Commit(token, chosen, logits)


class WillNotClose(Plain, frozen=True):
    def decode(self, context):
        try:
            yield from super().decode(context)
        finally:
            yield Draft(())


class SpeaksOfAnother(Plain, frozen=True):
    def commit(self, chosen, logits, context):
        return replace(super().commit(chosen, logits, context), sequence=1)


class Together(Plain, frozen=True):
    """Greedy for all sequences at once."""

    joint: ClassVar[bool] = True

    def decode(self, context):
        ids, reading = list(context.ids), context.reading
        while True:
            logits = reading.logits[-1]
            chosen = context.candidates(ids, logits)
            commit = self.commit(chosen, logits, context)
            for sequence in range(context.count):
                yield replace(commit, sequence=sequence)
            ids.append(commit.token)
            reading = yield from context.read(reading.state, [commit.token])


class CountsItsListeners(Together, frozen=True):
    def commit(self, chosen, logits, context):
        return Commit(context.count, chosen, logits)


class GrowsDownwards(Plain, frozen=True):
    def decode(self, context):
        yield Finding("a tree", (Branch(1, 0, 0.0), Branch(0, 0, 0.0)))
        yield from super().decode(context)


class YieldsAList(Plain, frozen=True):
    def decode(self, context):
        yield [1, 2]


class ReadsWithAModelOfItsOwn(Plain, frozen=True):
    def decode(self, context):
        own = ToyRecurrent()
        yield from context.read_all([Read(own.start(), (0,))], own)
        yield from super().decode(context)


class HealsWithWhatItLikes(Plain, frozen=True):
    heals: ClassVar[bool] = True


@pytest.mark.parametrize(
    ("strategy", "law"),
    [
        (ReadsWithAModelOfItsOwn(), "reads with no other models than its options name"),
        (HealsWithWhatItLikes(), "what it says anew begins as the prompt ends"),
        (NoSuchToken(), "commits tokens of the vocabulary"),
        (NotACandidate(), "chooses among its candidates"),
        (StopsEarly(), "goes on to the limit or the end of the text"),
        (ReadsAhead(), "goes on to the limit or the end of the text"),
        (NeverEnds(), "ends where the model ends the text"),
        (Forgetful(), "the same seed gives the same text"),
        (SeededAfterAll(), "the seed has no influence where it says so"),
        (SpeaksOfAnother(), "speaks only of the sequences that it speaks for"),
        (CountsItsListeners(), "the first text is the same however many are asked for"),
        (GrowsDownwards(), "commits tokens of the vocabulary"),
        (WillNotClose(), "can be closed at every moment"),
        (YieldsAList(), "yields only effects"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Strategy) else "",
)
def test_a_strategy_that_breaks_a_law(strategy, law):
    assert law in broken_laws(StrategyContract, strategy=lambda: strategy)


@pytest.mark.parametrize("sound", [Plain, Together])
def test_a_sound_strategy_breaks_none(sound):
    assert broken_laws(StrategyContract, strategy=sound) == set()


# Models: each is the toy recurrent model but for one fault.


class Changed(ToyRecurrent):
    """A toy whose readings pass through `spoil`."""

    def read(self, batch):
        return [
            self.spoil(reading, read, batch)
            for reading, read in zip(super().read(batch), batch, strict=True)
        ]

    def spoil(self, reading, read, batch):
        return reading


class RowsTouch(Changed):
    def spoil(self, reading, read, batch):
        return replace(reading, logits=reading.logits + np.float32(len(batch)))


class KnowsTheChunk(Changed):
    def spoil(self, reading, read, batch):
        return replace(reading, logits=reading.logits * np.float32(len(read.tokens)))


class InPlace(ToyRecurrent):
    def read(self, batch):
        readings = super().read(batch)
        for read, reading in zip(batch, readings, strict=True):
            read.state.hidden[:] = reading.state.hidden
        return readings


class Doubles(Changed):
    def spoil(self, reading, read, batch):
        return replace(reading, logits=reading.logits.astype(np.float64))


class Infinite(Changed):
    def spoil(self, reading, read, batch):
        return replace(reading, logits=reading.logits + np.float32(np.inf))


class KeepsAll(ToyRecurrent):
    def read(self, batch):
        return super().read([replace(read, logits_to_keep=None) for read in batch])


class Miscounts(Changed):
    def spoil(self, reading, read, batch):
        return replace(reading, state=RecurrentState(reading.state.hidden, 1))


class HidesNothing(Changed):
    def spoil(self, reading, read, batch):
        return Reading(reading.logits, reading.state)


class RewindsByName(ToyRecurrent):
    def rewind(self, state, length):
        return RecurrentState(state.hidden, length)


class SaysTooMuchContext(ScriptedModel):
    def __init__(self):
        super().__init__("a", context_length=30)
        self.context_length = 31

    def read(self, batch):
        for read in batch:
            if read.state.length + len(read.tokens) > 30:
                raise ValueError("full")
        return super().read(batch)


class UnknownIds(CharTokenizer):
    def encode(self, text):
        return [token + 1 for token in super().encode(text)] + [99]


class Swallows(CharTokenizer):
    def piece(self, token, previous):
        return b"" if token == previous else super().piece(token, previous)


class WritesIntoTheHiddenStates(ToyRecurrent):
    def unembed(self, hidden):
        hidden[:] = np.maximum(hidden, 0)
        return super().unembed(hidden)


@pytest.mark.parametrize(
    ("model", "law"),
    [
        (WritesIntoTheHiddenStates, "tells what a layer would say where it offers that"),
        (RowsTouch, "a batch equals its rows alone"),
        (KnowsTheChunk, "one read of n equals n reads of one"),
        (InPlace, "a fork equals fresh"),
        (InPlace, "a state never changes"),
        (InPlace, "forks of one batch equal fresh"),
        (Doubles, "logits are finite float32 rows of the vocabulary"),
        (Infinite, "logits are finite float32 rows of the vocabulary"),
        (KeepsAll, "logits to keep gives the last rows"),
        (Miscounts, "a state knows its length"),
        (HidesNothing, "gives the hidden states and the attention that it offers"),
        (RewindsByName, "rewind then read equals fresh"),
        (SaysTooMuchContext, "reads up to its context length"),
        (lambda: ToyRecurrent(tokenizer=UnknownIds("abcd")), "ids are in the vocabulary"),
        (lambda: ToyRecurrent(tokenizer=Swallows("abcd")), "pieces concatenate to the text"),
    ],
)
def test_a_model_that_breaks_a_law(model, law):
    assert law in broken_laws(ModelContract, model=model)


def test_a_rewound_state_that_says_the_wrong_length_is_caught():
    class Rewinds(ScriptedModel):
        def rewind(self, state, length):
            return ScriptedState(state.tokens[: length + 1])

    law = "rewind then read equals fresh"
    assert law in broken_laws(ModelContract, model=lambda: Rewinds("abc"))


# Templates.


def test_a_template_whose_own_test_fails_is_caught():
    template = Template(
        name="t",
        query="Say {{input}}",
        tests=(TemplateTest(variables={"input": "x"}, prompt="Say y"),),
    )
    assert broken_laws(TemplateContract, template=lambda: template) == {"passes its own tests"}


def test_a_sound_template_breaks_no_law():
    template = Template(name="t", query="Say {{input}}", header="Hello\n")
    assert broken_laws(TemplateContract, template=lambda: template) == set()
