"""Token healing: the prompt's last token is said anew, and only what is new is shown, kept and traced."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from playground.api import Commit, Finished, GenerationRequest, PluginFailed, Started, Token
from playground.engine.chain import build_chain
from playground.engine.generate import Generation
from playground.engine.prefix import PrefixCache
from playground.engine.scheduler import Scheduler
from playground.engine.trace import trace
from playground.plugins import Plugins
from playground.protocol.questions import TraceToken
from playground.testing import ScriptedModel, StrategyContract, ToyRecurrent, decode
from playground.testing.decode import text_of
from playground_gpt import GptBackend
from playground_revision.token_healing import TokenHealing, beginning_alike
from playground_sampling.strategies import Sample
from tests.gpt.conftest import write_model
from tests.revision.conftest import TOKENS, Pieces


class TestTokenHealingObeysTheLaws(StrategyContract):
    prompt = "ab"

    def strategy(self):
        return TokenHealing()


@pytest.fixture
def run(pieces):
    """The events of a request, and what it was."""
    plugins = Plugins()
    for name in ("playground_sampling", "playground_revision"):
        plugins.load(name, "built in", "", lambda name=name: importlib.import_module(name))

    def run(model, prompt, chain="token_healing", **options):
        request = GenerationRequest(prompt=prompt, model="m", chain=chain, seed=0, **options)
        built = build_chain(chain, plugins)
        return request, list(Generation(request, model, built, Scheduler(), PrefixCache(0)))

    run.plugins = plugins
    return run


@pytest.fixture
def knows_abc(pieces):
    """After `c` it says the token `abc`, then `a`, and never `ab`; it would go on with ` ` after `ab`."""
    first = [0.0] * len(TOKENS)
    first[TOKENS.index("abc")] = 5.0
    after = [0.0] * len(TOKENS)
    after[TOKENS.index("a")] = 9.0

    def says(tokens):
        row = first if tokens[-1] == TOKENS.index("c") else after
        return np.array(row, dtype=np.float32)

    return ScriptedModel(says, tokenizer=pieces)


def tokens(events):
    return [event for event in events if isinstance(event, Token)]


def test_only_what_is_new_is_shown(run, knows_abc):
    """Here the last token is the best one still: it is said again and adds nothing."""
    _, events = run(knows_abc, "c ab", "top_k(1) | token_healing", max_tokens=3)
    end = next(event for event in events if isinstance(event, Finished))
    said = tokens(events)
    assert "".join(event.text for event in said) == end.text
    assert [event.index for event in said] == list(range(end.tokens))
    assert said[0].id == TOKENS.index(" ab")
    assert said[0].text == ""
    assert end.text == "aaa"
    assert end.reason == "length"


def test_the_last_token_becomes_a_longer_one(run, pieces):
    row = np.zeros(len(TOKENS), dtype=np.float32)
    row[TOKENS.index("abc")] = 5.0
    model = ScriptedModel(lambda tokens: row, tokenizer=pieces)
    prompt = "c a"
    assert [TOKENS[t] for t in pieces.encode(prompt)] == ["c", " ", "a"]
    _, events = run(model, prompt, "top_k(1) | token_healing", max_tokens=1)
    said = tokens(events)
    assert [event.text for event in said] == ["bc", "abc"]
    assert bytes(said[0].bytes) == b"abc"
    assert next(e for e in events if isinstance(e, Started)).prompt_tokens == 2


def test_alternatives_of_the_first_are_what_they_would_add(run, pieces):
    row = np.zeros(len(TOKENS), dtype=np.float32)
    model = ScriptedModel(lambda tokens: row, tokenizer=pieces)
    _, events = run(model, "c a", max_tokens=1, alternatives=10)
    first = tokens(events)[0]
    assert {(other.id, other.text) for other in first.alternatives} == {
        (TOKENS.index("a"), ""),
        (TOKENS.index("ab"), "b"),
        (TOKENS.index("abc"), "bc"),
    }


def test_why_a_token_was_said_is_asked_at_its_place(run, pieces):
    """Also that of the first, which stands for the end of the prompt."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(len(TOKENS), len(TOKENS))).astype(np.float32)
    model = ScriptedModel(lambda tokens: rows[tokens[-1]], tokenizer=pieces)
    request, events = run(model, "c a", max_tokens=4)
    said = tokens(events)
    chain = build_chain(request.chain, run.plugins)
    for place, event in enumerate(said):
        asked = TraceToken(
            model="m",
            prompt=request.prompt,
            tokens=tuple(earlier.id for earlier in said[:place]),
            token=event.id,
            chain=request.chain,
            seed=0,
            sequence=0,
            max_tokens=4,
            fit="error",
        )
        traced = trace(model, chain, asked)
        assert np.log(traced.stages[0].probability) == pytest.approx(event.raw_logprob, abs=1e-5)
    starts = [other for other in traced.alternatives if other.id == said[-1].id]
    assert starts[0].text == said[-1].text


def test_a_token_for_each_character_has_nothing_to_heal():
    for seed in range(5):
        plain = decode(Sample(), ToyRecurrent(), "ab", limit=20, seed=seed).tokens
        healed = decode(TokenHealing(), ToyRecurrent(), "ab", limit=21, seed=seed).tokens
        assert healed == [ToyRecurrent().tokenizer.encode("b")[0], *plain]


def test_a_last_token_without_a_text_is_kept():
    """Nothing can be told from what it begins with."""
    end = len(TOKENS) - 1
    assert beginning_alike(Pieces(), 0, (end,)) == [end]


def test_a_prompt_of_one_token_is_left_as_it_is(run):
    _, events = run(ToyRecurrent(), "a", max_tokens=5)
    _, plain = run(ToyRecurrent(), "a", "sample", max_tokens=5)
    assert [event.id for event in tokens(events)] == [event.id for event in tokens(plain)]


def test_the_limit_counts_what_is_new_and_the_context_what_is_read(run):
    full = ScriptedModel("cdef" * 9, after="ab", context_length=6)
    _, events = run(full, "ab", "top_k(1) | token_healing", max_tokens=9)
    end = next(event for event in events if isinstance(event, Finished))
    assert (end.text, end.reason) == ("cdef", "context")
    _, events = run(full, "ab", "top_k(1) | token_healing", max_tokens=2)
    end = next(event for event in events if isinstance(event, Finished))
    assert (end.text, end.reason) == ("cd", "length")


def test_a_strategy_that_says_something_else_is_at_fault(run):
    class Forgetful(TokenHealing, frozen=True):
        """Chooses among all tokens."""

        def decode(self, context):
            logits = context.reading.logits[-1]
            chosen = context.candidates(context.ids, logits)
            yield Commit(0, chosen, logits)

    run.plugins.strategies.add("forgetful", Forgetful, "test")
    _, events = run(ToyRecurrent(), "ab", "forgetful", max_tokens=5)
    end = next(event for event in events if isinstance(event, Finished))
    assert end.error == "the strategy says b'a' where the prompt ends with b'b'"
    assert end.exit_code == PluginFailed.exit_code


@pytest.mark.parametrize("kind", ["gpt2", "openai-gpt"])
def test_what_is_shown_goes_on_from_the_prompt_with_words_and_with_bytes(run, kind, tmp_path):
    """GPT-1 marks the ends of words, GPT-2 their beginnings; half a character may be healed, too."""
    write_model(tmp_path / "model", kind)
    model = GptBackend().load(tmp_path / "model", device="cpu", dtype="float32")
    tokenizer = model.tokenizer
    for prompt in ("a th", "the cat t", "über" if kind == "gpt2" else "to be, t"):
        ids = tokenizer.encode(prompt)
        for seed in range(8):
            request = GenerationRequest(
                prompt=prompt, model="m", chain="token_healing", seed=seed, max_tokens=6
            )
            chain = build_chain(request.chain, run.plugins)
            events = list(Generation(request, model, chain, Scheduler(), PrefixCache(0)))
            end = next(event for event in events if isinstance(event, Finished))
            said = [event.id for event in tokens(events) if event.id not in tokenizer.eos_ids]
            whole = [*ids[:-1], *said]
            assert text_of(model, whole) == text_of(model, ids) + end.text
