"""From a request to events: what is said, when it ends, and what it may not depend on."""

from __future__ import annotations

from string import ascii_letters

import numpy as np
import pytest

from playground.api import (
    Candidates,
    InvalidInput,
    Processor,
    PromptTooLong,
    Started,
    TextEnds,
    Token,
)
from playground.testing import ScriptedModel, ToyRecurrent

PROMPT = "once upon "


class Until(Processor, frozen=True):
    """The text is complete after `n` new tokens."""

    n: int

    def __call__(self, candidates, step):
        if step.position - step.prompt_length >= self.n:
            raise TextEnds
        return candidates


def test_a_model_that_knows_a_text_by_heart_says_it_and_ends(bench, finished):
    (end,) = finished(bench.run(ScriptedModel(" time.", after="Once"), "Once", "greedy"))
    assert (end.text, end.reason) == (" time.", "eos")


def test_the_texts_of_the_tokens_add_up_to_the_finished_text(bench, finished, tokens):
    events = bench.run(ToyRecurrent(), PROMPT, n=3, max_tokens=20)
    for end in finished(events):
        said = tokens(events, end.sequence)
        assert "".join(token.text for token in said) == end.text
        assert [token.index for token in said] == list(range(end.tokens))


def test_every_sequence_starts_and_finishes_once(bench, finished):
    events = bench.run(ToyRecurrent(), PROMPT, n=3, max_tokens=2)
    assert [event.sequence for event in events if isinstance(event, Started)] == [0, 1, 2]
    assert [event.sequence for event in finished(events)] == [0, 1, 2]


class TestNothingBesideASequenceChangesIt:
    @pytest.mark.parametrize("chain", ["sample", "temperature(0.7) | top_k(5) | sample", "beam(3)"])
    def test_alone_or_with_others(self, bench, finished, chain):
        model = ToyRecurrent()
        alone = bench.text(model, PROMPT, chain, max_tokens=30)
        together = [
            bench.start(model, PROMPT, c, max_tokens=30) for c in (chain, "greedy", "sample")
        ]
        while not all(generation.done for generation in together):
            bench.scheduler.tick()
        assert finished(list(together[0]))[0].text == alone

    def test_the_first_of_several_is_the_one_alone(self, bench, finished):
        model = ToyRecurrent()
        several = finished(bench.run(model, PROMPT, n=4, max_tokens=30, seed=5))
        assert several[0].text == bench.text(model, PROMPT, max_tokens=30, seed=5)
        assert len({end.text for end in several}) == 4

    def test_a_prompt_known_or_read(self, bench):
        model = ToyRecurrent()
        first = bench.text(model, PROMPT, max_tokens=30)
        assert bench.text(model, PROMPT, max_tokens=30) == first

    def test_a_continuation_of_its_own_text_is_what_it_would_have_said(self, bench):
        model = ToyRecurrent()
        whole = bench.text(model, PROMPT, max_tokens=30)
        half = bench.text(model, PROMPT, max_tokens=15)
        assert half + bench.text(model, PROMPT + half, max_tokens=15) == whole


class TestReads:
    def test_a_prompt_is_read_once_for_all_sequences_and_each_step_is_one_batch(self, bench):
        model = ScriptedModel(lambda tokens: dict.fromkeys(ascii_letters, 0.01))
        bench.run(model, "abc", n=4, max_tokens=5)
        assert model.passes == [(3,), *[(1, 1, 1, 1)] * 4]

    def test_what_sequences_have_alike_is_read_once_until_they_part(self, bench, finished):
        halves = {"x": 0.5, "y": 0.5}
        model = ScriptedModel(lambda tokens: halves if len(tokens) > 8 else {"x": 1.0})
        ends = finished(bench.run(model, "abc", n=4, max_tokens=20, seed=1))
        assert len({end.text for end in ends}) == 4
        assert model.passes[:6] == [(3,), *[(1,)] * 5]
        assert model.passes[-1] == (1, 1, 1, 1)

    def test_requests_that_run_together_share_their_reads(self, bench):
        model = ScriptedModel("x" * 50)
        generations = [
            bench.start(model, "abc", chain, max_tokens=10) for chain in ("greedy", "sample")
        ]
        generations.append(bench.start(model, "ab", max_tokens=10))
        while not all(generation.done for generation in generations):
            bench.scheduler.tick()
        assert model.passes == [(3, 2), *[(1, 1)] * 9]
        first, second = (next(generation) for generation in generations[:2])
        assert (first.cached_tokens, second.cached_tokens) == (0, 3)

    def test_a_prompt_that_is_being_read_is_waited_for_whoever_leaves(self, bench, finished):
        model = ScriptedModel("x" * 5000)
        long = "y" * 2000
        first, second, third = (bench.start(model, long, max_tokens=3) for _ in range(3))
        bench.scheduler.tick()
        late = bench.start(model, long, max_tokens=3)
        first.cancel()
        second.cancel()
        ends = [finished(list(each))[0].reason for each in (first, second, third, late)]
        assert ends == ["cancelled", "cancelled", "length", "length"]
        assert model.passes == [(512,), (512,), (512,), (464,), (1,), (1,)]

    def test_a_prompt_that_nobody_waits_for_any_more_is_read_no_further(self, bench):
        model = ScriptedModel("x" * 5000)
        generations = [bench.start(model, "y" * 2000, max_tokens=3) for _ in range(2)]
        bench.scheduler.tick()
        for generation in generations:
            generation.cancel()
        assert bench.scheduler.tasks == []
        assert bench.text(model, "y" * 2000, "greedy", max_tokens=2) == "xx"
        assert model.passes == [(512,), (512,), (512,), (512,), (464,), (1,)]

    def test_a_prompt_that_cannot_be_read_ends_all_that_wait_for_it(self, bench, finished):
        class Broken(ScriptedModel):
            def read(self, batch):
                raise RuntimeError("no")

        model = Broken("x")
        generations = [bench.start(model, "abc", max_tokens=3) for _ in range(2)]
        for generation in generations:
            (end,) = finished(list(generation))
            assert (end.reason, "RuntimeError: no" in end.error) == ("error", True)
        assert bench.prefixes.under_way == {}

    def test_what_was_read_is_not_read_again(self, bench):
        model = ScriptedModel("x" * 50)
        text = bench.text(model, "abc", max_tokens=10)
        model.passes.clear()
        (started, *_) = bench.run(model, f"abc{text}de", max_tokens=1)
        # The tenth token was said, but not read.
        assert model.passes == [(3,)]
        assert started.cached_tokens == 3 + 9

    def test_a_long_prompt_does_not_stall_the_others(self, bench, tokens):
        model = ScriptedModel("x" * 5000)
        short = bench.start(model, "abc", max_tokens=20)
        bench.scheduler.tick()
        long = bench.start(model, "y" * 4000, max_tokens=1)
        while not short.done:
            bench.scheduler.tick()
        assert not long.done
        assert len(tokens(list(short))) == 20


class TestEnds:
    def test_at_the_most_tokens(self, bench, finished):
        (end,) = finished(bench.run(ToyRecurrent(), PROMPT, max_tokens=7))
        assert (end.reason, end.tokens) == ("length", 7)

    def test_at_once_when_no_token_is_wanted(self, bench, finished):
        model = ScriptedModel("abc")
        (end,) = finished(bench.run(model, PROMPT, max_tokens=0))
        assert (end.reason, end.text, model.passes) == ("length", "", [])

    def test_at_a_stop_string_that_is_not_part_of_the_text(self, bench, finished, tokens):
        events = bench.run(ScriptedModel("one\n###\ntwo", after="n:"), "n:", stop=("\n##",))
        (end,) = finished(events)
        assert (end.reason, end.text, end.stop) == ("stop", "one", "\n##")
        assert "".join(token.text for token in tokens(events)) == "one"

    @pytest.mark.parametrize(
        "strategy",
        [
            "sample", "greedy", "beam(2)", "beam_sample(2)", "diverse_beam(2)", "stochastic_beam",
            "arithmetic", "best_of(2)", "mbr(2)", "self_consistency(2)", "enumerate(0.05)",
            "expand(0.3, depth=9)", "mirostat", "adaptive_p", "entropy_adaptive", "prompt_lookup",
            "ban_phrases(['never'])", "token_healing",
        ],
    )  # fmt: skip
    def test_where_a_processor_says_that_the_text_is_complete(
        self, bench, finished, plugins, strategy
    ):
        plugins.processors.add("until", Until, "test")
        chain = f"until(3) | top_k(2) | {strategy}"
        (end,) = finished(bench.run(ToyRecurrent(), PROMPT, chain, max_tokens=20))
        assert (end.reason, end.error) == ("done", None)
        assert end.tokens == 3

    def test_when_the_context_is_full(self, bench, finished):
        model = ScriptedModel("x" * 50, context_length=16)
        events = bench.run(model, "abcd", max_tokens=50)
        (end,) = finished(events)
        assert (end.reason, end.tokens) == ("context", 12)
        assert any("room for 12" in notice for notice in events[0].notices)

    def test_when_its_time_is_over(self, bench, finished):
        (end,) = finished(
            bench.run(ScriptedModel(lambda ids: "x"), "a", max_tokens=10**6, max_seconds=0.05)
        )
        assert end.reason == "time"
        assert end.seconds < 5

    def test_within_one_token_when_it_is_cancelled(self, bench, finished, tokens):
        model = ScriptedModel("x" * 5000)
        generation = bench.start(model, PROMPT, max_tokens=1000)
        events = [next(generation) for _ in range(10)]
        reads = len(model.passes)
        generation.cancel()
        events += list(generation)
        (end,) = finished(events)
        assert (end.reason, end.tokens) == ("cancelled", len(tokens(events)))
        assert len(model.passes) == reads
        assert bench.scheduler.tasks == []

    def test_cancelled_lets_out_what_was_held_back(self, bench, finished):
        generation = bench.start(ScriptedModel("ab##", after="n:"), "n:", "greedy", stop=("###",))
        # The prompt and the first token, then a token a tick.
        for _ in range(4):
            bench.scheduler.tick()
        generation.cancel()
        assert finished(list(generation))[0].text == "ab##"


class TestMeasures:
    def test_probabilities_ranks_and_entropies(self, bench, tokens):
        chances = {"a": 0.5, "b": 0.3, "c": 0.2}
        model = ScriptedModel([chances], after="x")
        (token,) = tokens(bench.run(model, "x", "top_k(2) | sample", max_tokens=1, alternatives=3))
        before = np.array([0.5, 0.3, 0.2])
        after = np.array([0.5, 0.3]) / 0.8
        place = "ab".index(token.text)
        assert token.logprob == pytest.approx(np.log(after[place]), abs=1e-5)
        assert token.raw_logprob == pytest.approx(np.log(before[place]), abs=1e-5)
        assert (token.rank, token.raw_rank) == (place, place)
        assert token.entropy == pytest.approx(-(after * np.log(after)).sum(), abs=1e-5)
        assert token.raw_entropy == pytest.approx(-(before * np.log(before)).sum(), abs=1e-4)
        assert [alternative.text for alternative in token.alternatives] == ["a", "b"]
        assert [alternative.text for alternative in token.raw_alternatives] == ["a", "b", "c"]

    def test_none_are_told_when_no_alternatives_are_asked_for(self, bench, tokens):
        (token,) = tokens(bench.run(ToyRecurrent(), PROMPT, max_tokens=1, alternatives=0))
        assert token.alternatives == token.raw_alternatives == ()


class TestPrompts:
    def test_an_empty_one_continues_from_the_beginning_of_text(self, bench, finished):
        model = ScriptedModel(["x", "y"])
        assert model.tokenizer.bos_id is not None
        assert finished(bench.run(model, "", "greedy"))[0].prompt_tokens == 1

    def test_an_empty_one_is_refused_where_there_is_no_such_token(self, bench):
        model = ToyRecurrent()
        model.tokenizer.bos_id = None
        with pytest.raises(InvalidInput, match="beginning-of-text"):
            bench.start(model, "")

    def test_one_that_is_too_long_is_refused_with_both_numbers(self, bench):
        with pytest.raises(PromptTooLong, match="20 tokens.* holds 16") as caught:
            bench.start(ScriptedModel("x", context_length=16), "a" * 20)
        assert "--fit tail" in caught.value.hint

    @pytest.mark.parametrize(
        ("fit", "kept"), [("tail", "klmnop"), ("head", "abcdef"), ("middle", "abcnop")]
    )
    def test_one_that_is_too_long_can_be_cut_and_that_is_said(self, bench, fit, kept):
        model = ScriptedModel(lambda ids: "x", context_length=10)
        generation = bench.start(model, "abcdefghijklmnop", max_tokens=4, fit=fit)
        started = next(generation)
        assert started.prompt_tokens == 6
        assert "6 of its 16 tokens" in started.notices[0]
        list(generation)
        ids = tuple(model.tokenizer.encode(f"{kept}x"))
        assert bench.prefixes.find(model, ids).state.length == 6


class TestFaults:
    """What fails in a step ends its own sequence with a line that names it."""

    def test_of_a_model_that_returns_nan(self, bench, finished):
        model = ScriptedModel([np.full(257, np.nan, dtype=np.float32)] * 9)
        (end,) = finished(bench.run(model, "x"))
        assert (end.reason, end.exit_code) == ("error", 4)
        assert "not finite" in end.error

    def test_of_one_request_leave_the_others_alone(self, bench, finished):
        model = ScriptedModel(lambda ids: 1 / 0 if ids[0] == ord("b") else "x")
        bad = bench.start(model, "b", max_tokens=5)
        good = bench.start(model, "g", max_tokens=5)
        while not (bad.done and good.done):
            bench.scheduler.tick()
        assert finished(list(good))[0].text == "xxxxx"
        assert finished(list(bad))[0].reason == "error"

    def test_of_a_strategy_that_commits_what_it_removed(self, bench, finished, plugins):
        from playground.api import Commit, Strategy

        class Liar(Strategy, frozen=True):
            def decode(self, context):
                logits = context.reading.logits[-1]
                yield Commit(5, Candidates(logits).top(1), logits)

        plugins.strategies.add("liar", Liar, "test")
        (end,) = finished(bench.run(ScriptedModel("x"), "a", "liar"))
        assert "not among its candidates" in end.error

    def test_of_a_strategy_that_needs_what_the_model_has_not(self, bench, plugins):
        from playground.api import Need, Strategy

        class Deep(Strategy, frozen=True):
            needs = Need.LOGITS | Need.HIDDEN

        plugins.strategies.add("deep", Deep, "test")
        with pytest.raises(InvalidInput, match="deep needs hidden"):
            bench.start(ScriptedModel("x"), "a", "deep")


def test_a_seed_that_is_not_given_is_drawn_and_repeats_the_text(bench, finished):
    model = ToyRecurrent()
    (end,) = finished(bench.run(model, PROMPT, seed=None, max_tokens=20))
    assert bench.text(model, PROMPT, seed=end.seed, max_tokens=20) == end.text


def test_deterministic_strategies_say_that_several_sequences_are_the_same(bench):
    (started, *_) = bench.run(ToyRecurrent(), PROMPT, "greedy", n=2, max_tokens=1)
    assert any("deterministic" in notice for notice in started.notices)


@pytest.mark.parametrize("chain", ["xtc | greedy", "beam(2)", "sample"])
def test_where_sequences_differ_nothing_is_said_of_their_being_the_same(bench, chain):
    (started, *_) = bench.run(ToyRecurrent(), PROMPT, chain, n=2, max_tokens=1)
    assert not started.notices


def test_drafts_come_before_the_tokens_they_guess(bench):
    events = bench.run(ToyRecurrent(), PROMPT, "beam(4)", max_tokens=12)
    kinds = [type(event).__name__ for event in events]
    assert "Drafted" in kinds
    assert sum(isinstance(event, Token) for event in events) <= 12


def test_what_a_tokenizer_leaves_out_is_said(bench):
    model = ToyRecurrent()
    model.tokenizer.notices = lambda text: (f"left out of {text!r}",)
    (started, *_) = bench.run(model, "once", max_tokens=1)
    assert started.notices == ("left out of 'once'",)
