"""Decoding with a model: the chain's share of a token, strategies compared in one batch, a text looked up.

All on the random GPT-2 of 124 million parameters, as front ends ask for it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median
from string import ascii_lowercase

from playground.api.events import Finished, Token
from playground.api.model import Read
from playground.api.request import GenerationRequest
from playground.bench.chain import CHAIN
from playground.bench.checkpoint import random_gpt2, random_text
from playground.bench.ours import DEVICE, load, open_engine
from playground.bench.plan import Benchmark, Probe, Target
from playground.session.driven import DrivenTogether

HERE = "playground.bench.strategies"
CONTEXT = 32
TOKENS = 24
LETTERS = f"allow({list(ascii_lowercase)})"
"""What the random model says shall be read again as the tokens that it was said in."""
GREEDY = "greedy"
LOOKED_UP = 96
COMPARED = (
    "greedy",
    "sample",
    "temperature(0.7) | sample",
    "top_k(40) | sample",
    "temperature(0.8) | top_p(0.95) | sample",
    "min_p(0.05) | sample",
    "typical(0.95) | sample",
    "repetition_penalty(1.2) | temperature(0.8) | top_k(50) | sample",
)


class Decoder:
    """Our engine with weights of one type."""

    def __init__(self, dtype: str, folder: str | None = None) -> None:
        self._dtype = dtype
        self._folder = folder or str(random_gpt2())
        self._engine = open_engine()
        self._model = load(self._folder, dtype, self._engine)

    def choice(self, chain: str) -> float:
        """Seconds that the chain and the draw take of a token, between the model's reads."""
        return self._decode(chain)[0]

    def token(self, chain: str) -> float:
        """Seconds of a whole token: the read, the chain and the draw."""
        return self._decode(chain)[1]

    def together(self, chains: Sequence[str]) -> float:
        """Seconds for a token of each of some strategies that are compared: they run at once."""
        return self._run(chains)

    def one_by_one(self, chains: Sequence[str]) -> float:
        """Seconds for a token of each of some strategies, one after the other."""
        return sum(self._run([chain]) for chain in chains)

    def repeating(self, chain: str) -> float:
        """Seconds for a token of a text that repeats itself, which is greedy's whatever the chain."""
        begun, room = (
            random_text(CONTEXT),
            (self._model.context_length or 1024) - CONTEXT - LOOKED_UP,
        )
        # Greedy runs into a circle before long: from there on, its text repeats itself.
        prompt = begun + self._say(begun, f"{LETTERS} | {GREEDY}", room // 2)[1]
        seconds, text = self._say(prompt, f"{LETTERS} | {chain}")
        if chain != GREEDY and text != self._say(prompt, f"{LETTERS} | {GREEDY}")[1]:
            raise RuntimeError(f"{chain} says something else than {GREEDY}")
        return seconds

    def _say(self, prompt: str, chain: str, tokens: int = LOOKED_UP) -> tuple[float, str]:
        """Seconds for a token after the first, and the text."""
        stamps, text = [], ""
        for event in self._engine.start(self._request(prompt, chain, tokens)):
            if isinstance(event, Token):
                stamps.append(time.perf_counter())
                text += event.text
        return (stamps[-1] - stamps[0]) / (len(stamps) - 1), text

    def _decode(self, chain: str) -> tuple[float, float]:
        """The median seconds of the choice, and of a whole token."""
        from playground.api.decoding import Step
        from playground.engine.chain import build_chain
        from playground.engine.draw import draw
        from playground.engine.noise import HashedNoise

        model, built = self._model, build_chain(chain, self._engine.plugins)
        noise = HashedNoise(1, 0)
        ids = list(model.tokenizer.encode(random_text(CONTEXT)))
        length = len(ids)
        reading = model.read([Read(model.start(), tuple(ids), logits_to_keep=1)])[0]
        choices, wholes = [], []
        for _ in range(TOKENS):
            start = time.perf_counter()
            step = Step(ids, length, noise, model.tokenizer)
            left = built.candidates(reading.logits[-1], step)
            ids.append(draw(left, noise, len(ids)))
            chosen = time.perf_counter()
            reading = model.read([Read(reading.state, (ids[-1],))])[0]
            choices.append(chosen - start)
            wholes.append(time.perf_counter() - start)
        return median(choices), median(wholes)

    def _run(self, chains: Sequence[str]) -> float:
        """Seconds for a token of each, from the first token of all to the end of the last."""
        prompt = random_text(CONTEXT)
        generations = [self._engine.start(self._request(prompt, chain, TOKENS)) for chain in chains]
        stamps = [
            time.perf_counter()
            for _, event in DrivenTogether(generations, self._engine.tick)
            if _is_token(event)
        ]
        return (stamps[-1] - stamps[len(chains) - 1]) / (TOKENS - 1)

    def _request(self, prompt: str, chain: str, tokens: int) -> GenerationRequest:
        return GenerationRequest(
            prompt=prompt, model=self._folder, device=DEVICE, dtype=self._dtype, chain=chain,
            max_tokens=tokens, seed=1,
        )  # fmt: skip


def _is_token(event: object) -> bool:
    if isinstance(event, Finished) and event.reason != "length":
        raise RuntimeError(f"stopped early: {event.reason} {event.error or ''}")
    return isinstance(event, Token)


def _probe(label: str, measure: str, dtype: str, **arguments: object) -> Probe:
    return Probe(
        label=label, engine=f"{HERE}:Decoder", measure=measure, options={"dtype": dtype},
        arguments=arguments,
    )  # fmt: skip


def _compared(dtype: str) -> Benchmark:
    chains = list(COMPARED)
    return Benchmark(
        name=f"decoding-compare-{dtype}",
        title=f"eight strategies compared, {dtype}, against one after the other",
        unit="ms",
        ours=_probe("at once", "together", dtype, chains=chains),
        against=_probe("one by one", "one_by_one", dtype, chains=chains),
        target=Target("slower", 0.35),
    )


BENCHMARKS = (
    Benchmark(
        name="decoding-share",
        title="chain of five stages and a draw against a token, int8",
        unit="µs",
        ours=_probe("chain", "choice", "int8", chain=CHAIN),
        against=_probe("a token", "token", "int8", chain=CHAIN),
        target=Target("slower", 0.03),
    ),
    _compared("float32"),
    _compared("int8"),
    Benchmark(
        name="decoding-lookup",
        title="prompt lookup on a text that repeats itself against greedy, int8",
        unit="tokens/s",
        ours=_probe("prompt lookup", "repeating", "int8", chain="top_k(1) | prompt_lookup"),
        against=_probe("greedy", "repeating", "int8", chain=GREEDY),
        target=Target("faster", 2),
        needs="prompt_lookup",
    ),
)
