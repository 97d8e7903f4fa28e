"""Worked examples, computed: what a processor does to a distribution, and what a strategy says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from playground.api.decoding import Processor, Strategy
from playground.api.errors import PlaygroundError
from playground.chain_stages import build_stages
from playground.plugins import Plugins, one_line

if TYPE_CHECKING:
    from playground.api import Candidates

SEED = 1
LIMIT = 8
"""Most tokens of a strategy's example."""


class Narrowed(msgspec.Struct, frozen=True, tag="narrowed", tag_field="kind"):
    """What a processor made of the candidates after a text, likeliest first; None: removed."""

    call: str
    prompt: str
    said: str
    tokens: tuple[str, ...]
    before: tuple[float, ...]
    after: tuple[float | None, ...]


class Said(msgspec.Struct, frozen=True, tag="said", tag_field="kind"):
    """What a strategy said after a prompt, each token with its probability in what it was chosen from."""

    call: str
    prompt: str
    seed: int
    tokens: tuple[str, ...]
    probabilities: tuple[float, ...]
    log_probability: float
    """Of the whole text under the model, in nats."""
    passes: int
    """Of all models, after the one that read the prompt."""


class Absent(msgspec.Struct, frozen=True, tag="absent", tag_field="kind"):
    """Why there is no example."""

    reason: str


Example = Narrowed | Said | Absent


def example_of(name: str, cls: type[Processor] | type[Strategy], plugins: Plugins) -> Example:
    """The worked example of a stage by the call that its class names, or by its defaults."""
    call = cls.about.example or name
    try:
        stages = build_stages(call, plugins)
        if issubclass(cls, Strategy):
            return _said(call, stages.strategy)
        return _narrowed(call, [stage for _, stage in stages.processors], cls.about.scene)
    except PlaygroundError as error:
        return Absent(error.message)
    except Exception as error:  # A stranger's stage may do anything, and is still to be shown.
        return Absent(one_line(error))


def _narrowed(call: str, stages: Sequence[Processor], scene_name: str) -> Narrowed:
    from playground.explain.words import SCENES
    from playground.testing import step_after

    scene = SCENES[scene_name]
    tokenizer, before = scene.tokenizer, scene.candidates
    prompt = tokenizer.encode(scene.prompt)
    step = step_after(
        [*prompt, *tokenizer.encode(scene.said)],
        prompt_length=len(prompt),
        seed=SEED,
        tokenizer=tokenizer,
    )
    after = before
    for stage in stages:
        after = stage(after, step)
    first, then = _chances(before), _chances(after)
    order = sorted(first, key=lambda token: -first[token])
    return Narrowed(
        call,
        scene.prompt,
        scene.said,
        tuple(tokenizer.label(token) for token in order),
        tuple(first[token] for token in order),
        tuple(then.get(token) for token in order),
    )


def _chances(candidates: Candidates) -> dict[int, float]:
    chances: dict[int, float] = dict(
        zip(candidates.ids.tolist(), candidates.probabilities().tolist(), strict=True)
    )
    return chances


def _said(call: str, strategy: Strategy) -> Said | Absent:
    import math

    from playground.api import Candidates
    from playground.api.options import models_of
    from playground.explain.words import BEGINNING, model, small_model
    from playground.testing import decode

    speaker = model()
    if missing := strategy.needs & ~speaker.offers:
        return Absent(f"the example's model has no {_called(missing)}")
    others = dict.fromkeys(models_of(strategy), small_model())
    decoded = decode(strategy, speaker, BEGINNING, limit=LIMIT, seed=SEED, models=others)
    return Said(
        call,
        BEGINNING,
        SEED,
        tuple(speaker.tokenizer.label(token) for token in decoded.tokens),
        tuple(math.exp(c.chosen.logprob_of(c.token)) for c in decoded.commits),
        sum(Candidates(c.logits).logprob_of(c.token) for c in decoded.commits),
        decoded.passes,
    )


def _called(needs: Any) -> str:
    return " and ".join(need.name.lower().replace("hidden", "hidden states") for need in needs)


def lines_of(example: Example) -> list[str]:
    """The example in five lines for people; one where there is none."""
    if isinstance(example, Absent):
        return [f"no worked example: {example.reason}"]
    if isinstance(example, Narrowed):
        return [
            example.call,
            f"after “{(example.prompt + example.said).strip()}”, of which “{example.said.strip()}”"
            " is said",
            *_columns(
                ("token", example.tokens),
                ("before", [f"{chance:.3f}" for chance in example.before]),
                ("after", ["-" if chance is None else f"{chance:.3f}" for chance in example.after]),
            ),
        ]
    return [
        example.call,
        f"after “{example.prompt.strip()}”, seed {example.seed}",
        *_columns(
            ("says", example.tokens),
            ("p", [f"{chance:.3f}" for chance in example.probabilities]),
        ),
        f"log p of the text {example.log_probability:.3f}; forward passes {example.passes}",
    ]


def _columns(*rows: tuple[str, Sequence[str]]) -> list[str]:
    """Named rows whose cells stand below each other."""
    head = max(len(name) for name, _ in rows)
    widths = [max(map(len, column)) for column in zip(*(cells for _, cells in rows), strict=True)]
    return [
        f"{name:<{head}}  "
        + "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
        for name, cells in rows
    ]
