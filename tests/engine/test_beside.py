"""A strategy with a second model: of the same vocabulary, read in batches of its own."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from playground.api import (
    Commit,
    Finished,
    GenerationRequest,
    InvalidInput,
    ModelName,
    ModelUnavailable,
    Read,
    Strategy,
)
from playground.chain_stages import with_models
from playground.engine.beside import models_beside
from playground.engine.chain import build_chain
from playground.engine.generate import Generation
from playground.testing import CharTokenizer, ScriptedModel, ToyRecurrent


class Echo(Strategy, frozen=True):
    """Say what another model says."""

    other: ModelName
    times: int = 1

    def decode(self, context):
        other, ids = context.models["other"], list(context.ids)
        state, unread = other.start(), context.ids
        while True:
            (reading,) = yield from context.read_all([Read(state, unread, logits_to_keep=1)], other)
            token, chosen = context.choose(ids, reading.logits[-1])
            yield Commit(token, chosen, reading.logits[-1])
            ids.append(token)
            state, unread = reading.state, (token,)


@pytest.fixture
def echoing(bench):
    """A bench whose plugins can guide and speculate, too, and `Echo`."""
    for name in ("playground_guidance", "playground_speculation"):
        bench.plugins.load(name, "built in", "", lambda name=name: importlib.import_module(name))
    bench.plugins.strategies.add("echo", Echo, "test")
    return bench


def generation(bench, model, other, chain, **options):
    asked = {"prompt": "ab", "seed": 0, **options}
    request = GenerationRequest(model="m", chain=chain, **asked)
    built = build_chain(chain, bench.plugins)
    beside = models_beside(built, model, lambda name: other)
    return Generation(request, model, built, bench.scheduler, bench.prefixes, beside=beside)


def texts(events):
    return [event.text for event in events if isinstance(event, Finished)]


def test_the_second_model_is_read_as_the_strategy_asks(echoing):
    first = ScriptedModel("xxx", after="ab")
    second = ScriptedModel("yes", after="ab")
    assert texts(generation(echoing, first, second, 'echo("b")', max_tokens=3)) == ["yes"]
    assert first.passes == [(2,)]
    assert second.passes == [(2,), (1,), (1,)]


def test_each_model_is_read_once_a_tick_for_all_who_wait(echoing):
    """Three sequences of two requests, one of which speaks with the other's model: one batch for each."""
    one, two = babble(0), babble(1)
    runs = [
        generation(echoing, one, two, 'echo("b")', n=2, max_tokens=20),
        generation(echoing, two, one, "greedy", max_tokens=20),
    ]
    while not all(run.done for run in runs):
        echoing.scheduler.tick()
    assert [len(batch) for batch in one.passes] == [1]
    assert len(two.passes) <= 22
    assert max(len(batch) for batch in two.passes) == 3


def babble(seed):
    """A model whose row depends on its last token, and that never ends."""
    rows = np.random.default_rng(seed).normal(size=(257, 257)).astype(np.float32)
    rows[:, 256] = -30
    return ScriptedModel(lambda tokens: rows[tokens[-1]])


def test_sequences_that_guess_with_a_draft_share_its_reads_and_the_models(echoing):
    model, draft = babble(0), babble(0)
    options = {"n": 4, "max_tokens": 25}
    run = generation(echoing, model, draft, 'temperature(0.5) | speculative("d", 3)', **options)
    plain = texts(echoing.run(babble(0), "ab", "temperature(0.5) | sample", **options))
    assert sorted(texts(run)) == sorted(plain)
    # The prompt, then one batch for four tokens of each of the four; the draft's are of one token each.
    assert [len(batch) for batch in model.passes] == [1, *[4] * 6]
    assert [len(batch) for batch in draft.passes] == [4] * (6 * 3)


def test_a_prefix_is_known_although_another_model_read_in_between(echoing):
    """Only the first model's line counts."""

    class Both(Echo, frozen=True):
        """Sample, and read the other model as well."""

        def decode(self, context):
            ids, reading = list(context.ids), context.reading
            other = context.models["other"]
            while True:
                token, chosen = context.choose(ids, reading.logits[-1])
                yield Commit(token, chosen, reading.logits[-1])
                ids.append(token)
                yield from context.read_all([Read(other.start(), (token,))], other)
                reading = yield from context.read(reading.state, [token])

    echoing.plugins.strategies.add("both", Both, "test")
    model = ToyRecurrent()
    (text,) = texts(generation(echoing, model, ToyRecurrent(), 'both("b")', max_tokens=9))
    again = echoing.start(model, "ab" + text, "sample", max_tokens=1)
    assert next(iter(again)).cached_tokens == 2 + 8


def test_another_vocabulary_is_refused_and_named(echoing):
    chain = build_chain('speculative("letters")', echoing.plugins)
    other = ScriptedModel("a", tokenizer=CharTokenizer("ab"))
    with pytest.raises(
        InvalidInput, match="speculative: draft letters has another vocabulary"
    ) as e:
        models_beside(chain, ToyRecurrent(), lambda name: other)
    assert "same tokenizer" in e.value.hint


def test_a_model_that_is_not_there_is_told_before_anything_is_said(echoing):
    def load(name):
        raise ModelUnavailable(f"there is no model {name!r}")

    chain = build_chain('speculative("nope")', echoing.plugins)
    with pytest.raises(ModelUnavailable, match="no model 'nope'"):
        models_beside(chain, ToyRecurrent(), load)


def test_an_option_that_must_be_given_is_explained(echoing):
    with pytest.raises(InvalidInput, match="speculative needs draft") as error:
        build_chain("speculative", echoing.plugins)
    assert error.value.hint == "give it draft (a smaller model, called as -m calls one)"


@pytest.mark.parametrize(
    ("chain", "renamed"),
    [
        ('top_k(5) | echo("./m")', "top_k(5) | echo(other='/here/./m')"),
        ("echo(times=2, other='m')", "echo(times=2, other='/here/m')"),
        ("bad_words(['m'])|sample", "bad_words(['m'])|sample"),
        ("greedy", "greedy"),
    ],
)
def test_models_in_a_chain_can_be_called_otherwise(echoing, chain, renamed):
    assert with_models(chain, echoing.plugins, lambda name: f"/here/{name}") == renamed


def test_what_the_second_model_has_read_is_known_the_next_time(echoing):
    first, second = babble(0), babble(1)
    said = texts(generation(echoing, first, second, 'echo("b")', max_tokens=3))
    second.passes.clear()
    assert texts(generation(echoing, first, second, 'echo("b")', max_tokens=3)) == said
    assert second.passes == [(1,), (1,)], "the prompt is known, and what follows it"
    longer = generation(echoing, first, second, 'echo("b")', prompt="abcde", max_tokens=1)
    second.passes.clear()
    assert len(texts(longer)) == 1
    assert second.passes == [(3,)]


def test_a_second_prompt_is_read_once_for_all_sequences_and_not_again(echoing):
    model = babble(0)
    options = {"n": 3, "max_tokens": 4}
    said = texts(generation(echoing, model, model, 'cfg("xyz")', **options))
    assert model.passes[:2] == [(2,), (3,)]
    model.passes.clear()
    assert texts(generation(echoing, model, model, 'cfg("xyz")', **options)) == said
    assert all(read == 1 for reads in model.passes for read in reads)
