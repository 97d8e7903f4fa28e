"""Runs one strategy on one model, alone, and keeps all it said: for tests that look at more than the text."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playground.api import (
    Commit,
    Draft,
    Finding,
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
from playground.testing.laws import require


@dataclass
class Decoded:
    """What a strategy did: its commits, drafts and findings in order, and its forward passes.

    Of a joint strategy the commits of all sequences; `tokens` and `text` are the first's.
    """

    model: LanguageModel
    commits: list[Commit] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    passes: int = 0

    @property
    def tokens(self) -> list[int]:
        return self.said(0)

    def said(self, sequence: int) -> list[int]:
        """The tokens of one of the sequences that the strategy spoke for."""
        return [commit.token for commit in self.commits if commit.sequence == sequence]

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
    count: int = 1,
    stop: tuple[str, ...] = (),
    models: Mapping[str, LanguageModel] | None = None,
) -> Decoded:
    """Decode at most `limit` tokens after `prompt` (at least one token) as the engine does.

    Listening to a sequence ends at the limit and at a token that ends the text; when it has ended for
    all that the strategy speaks for (`count`, if it is joint), the generator is closed. Stop strings are
    only told to the strategy. `models` are those that the strategy's options name, by option; where they
    are not given, the model itself stands for each. Raises AssertionError for what is said of another
    sequence.
    """
    decoded = Decoded(model)
    speaks_for = count if strategy.joint else 1
    room = dict.fromkeys(range(speaks_for), limit) if limit else {}
    generator = start(
        strategy,
        model,
        prompt,
        processors=processors,
        limit=limit,
        seed=seed,
        sequence=sequence,
        count=count,
        stop=stop,
        models=models,
    )
    answer: list[Reading] | None = None
    try:
        while room:
            effect = generator.send(answer)
            answer = None
            if isinstance(effect, ReadAll):
                decoded.passes += 1
                answer = (effect.model or model).read(list(effect.reads))
                continue
            if isinstance(effect, Finding):
                decoded.findings.append(effect)
                continue
            known = 0 <= effect.sequence < speaks_for
            require(known, f"it spoke of sequence {effect.sequence} of {speaks_for}")
            if isinstance(effect, Draft):
                decoded.drafts.append(effect)
            elif effect.sequence in room:
                decoded.commits.append(effect)
                room[effect.sequence] -= 1
                if not room[effect.sequence] or effect.token in model.tokenizer.eos_ids:
                    del room[effect.sequence]
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
    count: int = 1,
    stop: tuple[str, ...] = (),
    models: Mapping[str, LanguageModel] | None = None,
) -> Generator[Any, Any, None]:
    """The strategy's generator over a prompt that has been read, to be driven by hand."""
    strategy.check(count, processors)
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
        limit,
        Line(list(ids), reading),
        seed,
        sequence=sequence,
        count=count,
        stop=stop,
        models=models or dict.fromkeys(models_of(strategy), model),
        withheld=withheld,
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
