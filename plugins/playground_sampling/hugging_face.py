"""The bridge to transformers' logits processors: theirs as a stage, a stage as one of theirs.

Both work on a row of scores over the whole vocabulary in which minus infinity means removed. Torch
and transformers are imported when a stage is first used.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import field

from playground.api import About, InvalidInput, Meta, Noise, Processor, Step, Tokenizer

if TYPE_CHECKING:
    from numpy import ndarray
    from transformers import LogitsProcessor

    from playground.api import Candidates


class Hf(Processor, frozen=True, dict=True):
    """A logits processor of transformers by its class name.

    `hf("EpsilonLogitsWarper", {"epsilon": 0.001})`

    Tokens that earlier stages removed stay removed. For processors that are functions of the ids
    and the scores: those that need a model, an encoder's input or a batch are not.
    """

    about: ClassVar[About] = About(
        group="Others' own",
        formula="what the class computes",
        source="transformers",
        elsewhere="transformers",
        example='hf("TopKLogitsWarper", {"top_k": 2})',
    )

    processor: Annotated[str, Meta(description="name of a class of transformers")]
    arguments: Annotated[dict[str, Any], Meta(description="what the class is made with")] = field(
        default_factory=dict
    )

    @cached_property
    def _stage(self) -> LogitsProcessorStage:
        import transformers

        cls = getattr(transformers, self.processor, None)
        if not (isinstance(cls, type) and issubclass(cls, transformers.LogitsProcessor)):
            raise InvalidInput(
                f"hf: transformers has no logits processor {self.processor!r}",
                _near(self.processor),
            )
        try:
            return LogitsProcessorStage(cls(**self.arguments))
        except (TypeError, ValueError) as error:
            raise InvalidInput(f"hf: {self.processor} refuses {self.arguments}: {error}") from None

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        return self._stage(candidates, step)


def _near(name: str) -> str:
    import difflib

    import transformers

    suffixes = ("LogitsProcessor", "LogitsWarper", "LogitProcessor")
    names = [known for known in dir(transformers) if known.endswith(suffixes)]
    near = difflib.get_close_matches(name, names, n=2, cutoff=0.4)
    return f"did you mean {' or '.join(near)}?" if near else f"there is: {', '.join(names)}"


class LogitsProcessorStage(Processor, frozen=True):
    """A stage made of an instance of transformers' `LogitsProcessor`."""

    processor: Any

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        import numpy as np
        import torch

        row = np.full(candidates.vocabulary, -np.inf, dtype=np.float32)
        row[candidates.ids] = candidates.scores
        scores = torch.from_numpy(row)[None]  # (1, vocabulary)
        processed = self.processor(torch.tensor([list(step.ids)], dtype=torch.long), scores)[0]
        # Only minus infinity means removed: NaN is passed on, for the engine to name who made it.
        left = processed.numpy()[candidates.ids]
        return candidates.rescored(left).keep(left != -np.inf)


def as_logits_processor(
    stage: Processor,
    prompt_length: int,
    noise: Noise | None = None,
    tokenizer: Tokenizer | None = None,
) -> LogitsProcessor:
    """`stage` as a transformers `LogitsProcessor`, for `model.generate(logits_processor=[...])`.

    prompt_length: tokens of the prompt, which some stages treat unlike generated ones; in a
        batch the padding counts as text.
    noise: for stages that draw; without it such a stage raises InvalidInput.
    tokenizer: for stages with texts among their options, or that ask what ends a text.
    """
    import numpy as np
    import torch
    from transformers import LogitsProcessor

    from playground.api import Candidates

    def narrow(ids: list[int], row: ndarray) -> ndarray:
        step = Step(ids, prompt_length, noise or NoNoise(), tokenizer)
        left = stage(Candidates(row).keep(row != -np.inf), step)
        narrowed = np.full_like(row, -np.inf)
        narrowed[left.ids] = left.scores
        return narrowed

    class Stage(LogitsProcessor):
        def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
            rows = scores.detach().float().cpu().numpy()  # (batch, vocabulary)
            narrowed = [narrow(ids, row) for ids, row in zip(input_ids.tolist(), rows, strict=True)]
            return torch.from_numpy(np.stack(narrowed)).to(scores)

    return Stage()


class NoNoise:
    """Stands where a stage that draws was given nothing to draw with."""

    def gumbel(self, position: int, ids: ndarray | None, size: int) -> ndarray:
        raise self._error()

    def uniform(self, position: int, stream: int = 0) -> float:
        raise self._error()

    def _error(self) -> InvalidInput:
        return InvalidInput("this stage draws at random and was given no noise", "pass noise=")
