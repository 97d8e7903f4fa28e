"""Runs one strategy on one model, alone, and keeps all it said: for tests that look at more than the text."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playground.api import (
    Commit,
    Draft,
    LanguageModel,
    Processor,
    Read,
    ReadAll,
    Reading,
    Step,
    Strategy,
    TextEnds,
    Tokenizer,
)
from playground.api.options import models_of, name_of
from playground.engine.chain import Chain
from playground.engine.context import Context, Line
from playground.engine.detokenize import Detokenizer
from playground.engine.noise import HashedNoise
from playground.engine.prompt import withhold


@dataclass
class Decoded:
    """What a strategy did: its commits and drafts in order, and how many forward passes it asked for."""

    model: LanguageModel
    commits: list[Commit] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    passes: int = 0

    @property
    def tokens(self) -> list[int]:
        return [commit.token for commit in self.commits]

    @property
    def text(self) -> str:
        """What the committed tokens read as alone; half a character is a replacement character."""
        return text_of(self.model, self.tokens)


def decode(
    strategy: Strategy,
    model: LanguageModel,
    prompt: str = "a",
    *,
    processors: Sequence[Processor] = (),
    limit: int = 20,
    seed: int = 0,
    sequence: int = 0,
    models: Mapping[str, LanguageModel] | None = None,
) -> Decoded:
    """Decode at most `limit` tokens after `prompt` (at least one token) as the engine does.

    `models` are those that the strategy's options name, by option; where they are not given, the model
    itself stands for each. Listening ends at the limit and at a token that ends the text; the generator
    is then closed.
    """
    decoded = Decoded(model)
    generator = start(
        strategy,
        model,
        prompt,
        processors=processors,
        limit=limit,
        seed=seed,
        sequence=sequence,
        models=models,
    )
    answer: list[Reading] | None = None
    try:
        while len(decoded.commits) < limit:
            effect = generator.send(answer)
            answer = None
            if isinstance(effect, ReadAll):
                decoded.passes += 1
                answer = (effect.model or model).read(list(effect.reads))
            elif isinstance(effect, Draft):
                decoded.drafts.append(effect)
            else:
                decoded.commits.append(effect)
                if effect.token in model.tokenizer.eos_ids:
                    break
    except (StopIteration, TextEnds):
        pass
    generator.close()
    return decoded


def start(
    strategy: Strategy,
    model: LanguageModel,
    prompt: str = "a",
    *,
    processors: Sequence[Processor] = (),
    limit: int = 20,
    seed: int = 0,
    sequence: int = 0,
    models: Mapping[str, LanguageModel] | None = None,
) -> Generator[Any, Any, None]:
    """The strategy's generator over a prompt that has been read, to be driven by hand."""
    whole = (*model.tokenizer.start_ids, *model.tokenizer.encode(prompt))
    ids, withheld = withhold(whole, strategy)
    reading = model.read([Read(model.start(), ids, logits_to_keep=1)])[0]
    stages = tuple((name_of(type(stage)), stage) for stage in processors)
    name = name_of(type(strategy))
    chain = Chain(stages, strategy, name, name)
    context = Context(
        ids,
        reading,
        model,
        chain,
        HashedNoise(seed, sequence),
        limit,
        sequence,
        Line(list(ids), reading),
        models or dict.fromkeys(models_of(strategy), model),
        withheld,
    )
    return strategy.decode(context)


def step_after(
    ids: Sequence[int],
    *,
    prompt_length: int | None = None,
    seed: int = 0,
    tokenizer: Tokenizer | None = None,
) -> Step:
    """Where a processor stands after `ids`, all of them the prompt's if not told otherwise."""
    length = len(ids) if prompt_length is None else prompt_length
    return Step(tuple(ids), length, HashedNoise(seed, 0), tokenizer)


def text_of(model: LanguageModel, tokens: Sequence[int]) -> str:
    """The text of `tokens` from its beginning."""
    detokenizer = Detokenizer(model.tokenizer, None)
    return "".join(detokenizer.add(token)[0] for token in tokens) + detokenizer.finish()
