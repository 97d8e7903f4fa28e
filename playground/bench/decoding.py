"""Decoding: processors beside transformers' own, the draw, the chain's share of a token, compared strategies.

Processors are asked on a vocabulary of GPT-2's size, on rows of scores about as peaked as a real model's,
without the engine's check at their border: `chain` and the share of a token measure that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import cache
from statistics import median
from typing import TYPE_CHECKING, Any

from playground.bench.chain import SAID, VOCABULARY, example
from playground.bench.plan import Benchmark, Probe, Target

if TYPE_CHECKING:
    from playground.api import Processor

HERE = "playground.bench.decoding"
FIRST = 50
"""Tokens that a top_k before a stage leaves."""
END = VOCABULARY - 1


def seconds_each(work: Callable[[Any], object], rows: Iterable[Any]) -> float:
    """The median of the seconds that `work` takes for a row: what preempts it now and then does not count."""
    taken = []
    for row in rows:
        start = time.perf_counter()
        work(row)
        taken.append(time.perf_counter() - start)
    return median(taken)


class OurStages:
    """Single stages of this project."""

    def __init__(self) -> None:
        from playground.api.decoding import Step
        from playground.engine.noise import HashedNoise

        said, self._scores = example()
        self._noise = HashedNoise(1, 0)
        self._step = Step(said, SAID // 2, self._noise)

    def alone(self, stage: str) -> float:
        """Seconds for a token, over the whole vocabulary."""
        from playground.api.candidates import Candidates

        processor = _ours(stage)
        return seconds_each(lambda row: processor(Candidates(row), self._step), self._scores)

    def behind_top_k(self, stage: str) -> float:
        """Seconds for a token, where few tokens are left."""
        from playground.api.candidates import Candidates

        processor = _ours(stage)
        left = [Candidates(row).top(FIRST) for row in self._scores]
        return seconds_each(lambda candidates: processor(candidates, self._step), left)

    def draw(self) -> float:
        """Seconds for the noise over the whole vocabulary and the choice."""
        from playground.api.candidates import Candidates
        from playground.engine.draw import draw

        return seconds_each(
            lambda row: draw(Candidates(row), self._noise, self._step.position), self._scores
        )


class TheirStages:
    """The same as transformers' processors, and torch's draw."""

    def __init__(self) -> None:
        import torch

        said, scores = example()
        self._said = torch.tensor([said])
        self._scores: Any = [row[None] for row in torch.from_numpy(scores)]

    def alone(self, name: str, arguments: dict[str, Any]) -> float:
        """Seconds for a token, over the whole vocabulary."""
        processor = _theirs(name, arguments)
        return seconds_each(lambda row: processor(self._said, row), self._scores)

    def behind_top_k(self, name: str, arguments: dict[str, Any]) -> float:
        """Seconds for a token, where few tokens are left: minus infinity stands for the others."""
        first = _theirs("TopKLogitsWarper", {"top_k": FIRST})
        processor = _theirs(name, arguments)
        left = [first(self._said, row) for row in self._scores]
        return seconds_each(lambda row: processor(self._said, row), left)

    def draw(self) -> float:
        """Seconds for torch's multinomial, the probabilities being there."""
        import torch

        chances = [row.softmax(dim=-1) for row in self._scores]
        return seconds_each(lambda row: torch.multinomial(row, num_samples=1), chances)


@cache
def _ours(stage: str) -> Processor:
    from playground.engine.chain import build_chain
    from playground.plugins import load_plugins

    ((_, processor),) = build_chain(f"{stage} | sample", load_plugins()).processors
    return processor


def _theirs(name: str, arguments: dict[str, Any]) -> Any:
    import torch
    from transformers.generation import logits_process

    if "encoder_input_ids" in arguments:
        said, _ = example()
        arguments = arguments | {"encoder_input_ids": torch.tensor([said[: SAID // 2]])}
    return getattr(logits_process, name)(**arguments)


NONE_SLOWER = Target("slower", 1.1)
SORTED = Target("faster", 5)
"""Where the other one sorts the vocabulary."""
NARROWED = Target("faster", 20)
TOKENS = list(range(1000, 1040))
WORDS = [[n] for n in TOKENS[:20]] + [[n, n + 1] for n in TOKENS]

STAGES: tuple[tuple[str, str, dict[str, Any], Target], ...] = (
    ("temperature(0.8)", "TemperatureLogitsWarper", {"temperature": 0.8}, NONE_SLOWER),
    ("top_k(50)", "TopKLogitsWarper", {"top_k": 50}, NONE_SLOWER),
    ("top_p(0.95)", "TopPLogitsWarper", {"top_p": 0.95}, SORTED),
    ("min_p(0.05)", "MinPLogitsWarper", {"min_p": 0.05}, NONE_SLOWER),
    ("top_h(0.4)", "TopHLogitsWarper", {"top_h": 0.4}, NONE_SLOWER),
    ("typical(0.95)", "TypicalLogitsWarper", {"mass": 0.95}, SORTED),
    ("epsilon(0.0006)", "EpsilonLogitsWarper", {"epsilon": 0.0006}, NONE_SLOWER),
    ("eta(0.002)", "EtaLogitsWarper", {"epsilon": 0.002}, NONE_SLOWER),
    ("repetition_penalty(1.2)", "RepetitionPenaltyLogitsProcessor", {"penalty": 1.2}, NONE_SLOWER),
    (
        "encoder_repetition(1.2)", "EncoderRepetitionPenaltyLogitsProcessor",
        {"penalty": 1.2, "encoder_input_ids": None}, NONE_SLOWER,
    ),
    ("no_repeat_ngram(3)", "NoRepeatNGramLogitsProcessor", {"ngram_size": 3}, NONE_SLOWER),
    (
        f"bad_words({WORDS})", "NoBadWordsLogitsProcessor",
        {"bad_words_ids": WORDS, "eos_token_id": END}, NONE_SLOWER,
    ),
    (
        "sequence_bias({(1000, 1001): 2.0, 1002: -3.0})", "SequenceBiasLogitsProcessor",
        {"sequence_bias": [[[1000, 1001], 2.0], [[1002], -3.0]]}, NONE_SLOWER,
    ),
    (f"suppress({TOKENS})", "SuppressTokensLogitsProcessor", {"suppress_tokens": TOKENS}, NONE_SLOWER),
    (
        f"min_new_tokens(500, ends=[{END}])", "MinNewTokensLengthLogitsProcessor",
        {"prompt_length_to_skip": SAID // 2, "min_new_tokens": 500, "eos_token_id": END}, NONE_SLOWER,
    ),
    (
        f"length_decay(20, 1.05, ends=[{END}])", "ExponentialDecayLengthPenalty",
        {
            "exponential_decay_length_penalty": (20, 1.05), "eos_token_id": END,
            "input_ids_seq_length": SAID // 2,
        }, NONE_SLOWER,
    ),
    (
        f"forced_eos({SAID // 2 + 1}, ends=[{END}])", "ForcedEOSTokenLogitsProcessor",
        {"max_length": SAID + 1, "eos_token_id": END}, NONE_SLOWER,
    ),
)  # fmt: skip
"""A stage, the class of transformers that does the same, what it is made with, and the target."""


def _stage(
    measure: str, stage: str, name: str, arguments: dict[str, Any], target: Target
) -> Benchmark:
    called = stage.partition("(")[0]
    where = "" if measure == "alone" else f" behind top_k({FIRST})"
    return Benchmark(
        name=f"decoding-{called}" + "-narrow" * bool(where),
        title=f"{called}{where}, vocabulary 50,257",
        unit="µs",
        ours=Probe(
            label=called, engine=f"{HERE}:OurStages", measure=measure, arguments={"stage": stage}
        ),
        against=Probe(
            label="transformers",
            engine=f"{HERE}:TheirStages",
            measure=measure,
            arguments={"name": name, "arguments": arguments},
        ),
        target=target,
        rounds=9,
    )


DRAW = Benchmark(
    name="decoding-draw",
    title="noise and choice, vocabulary 50,257, against torch.multinomial",
    unit="µs",
    ours=Probe(label="draw", engine=f"{HERE}:OurStages", measure="draw"),
    against=Probe(label="multinomial", engine=f"{HERE}:TheirStages", measure="draw"),
    target=Target("slower", 1),
    rounds=9,
)

BENCHMARKS = (
    *(_stage("alone", *each) for each in STAGES),
    *(_stage("behind_top_k", *each[:3], NARROWED) for each in STAGES if each[3] is SORTED),
    DRAW,
)
