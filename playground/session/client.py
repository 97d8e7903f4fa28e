"""The one thing a front end talks to: plugins, models and generations, with the engine in this process.

Everything heavy is loaded when it is first needed: listing strategies or templates loads no engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from playground import paths
from playground.api.events import Event
from playground.api.model import LanguageModel, Tokenizer
from playground.api.request import GenerationRequest
from playground.api.results import Classification, Drift, Expectation, Prediction, Score
from playground.api.template import Prompt
from playground.config import Settings
from playground.plugins import Plugins, load_plugins

if TYPE_CHECKING:
    from playground.engine.catalog import Catalog
    from playground.engine.engine import Engine
    from playground.session.lint import LintWarning
    from playground.session.prompts import PromptLibrary


class EventStream(Iterator[Event], Protocol):
    """The events of one request as they come."""

    def cancel(self) -> None:
        """End it within one token; what was said stays said, and `finished` events still follow."""


class Session:
    """Plugins, catalog and engine of one front end."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def plugins(self) -> Plugins:
        return load_plugins(self.settings.plugin_folders, strict=self.settings.strict)

    @cached_property
    def catalog(self) -> Catalog:
        from playground.engine.catalog import Catalog

        return Catalog(
            self.plugins.backends_in_order(), self.plugins.models, self.settings.model_folders
        )

    @cached_property
    def prompts(self) -> PromptLibrary:
        """The templates of the user's folders, those that ship, and those of plugins."""
        from playground.session.prompts import PromptLibrary

        folders = (*self.settings.prompt_folders, paths.shipped_prompts())
        return PromptLibrary(folders, self.plugins.templates)

    @cached_property
    def engine(self) -> Engine:
        from playground.engine.engine import Engine

        return Engine(self.plugins, self.catalog, self.settings.prefix_cache_bytes)

    def generate(self, request: GenerationRequest) -> EventStream:
        """Begin a request. Raises PlaygroundError where it cannot be meant; later errors are events."""
        return self.engine.start(request)

    def lint(self, prompt: Prompt, max_tokens: int) -> list[LintWarning]:
        """What is likely to go wrong with `prompt` when `max_tokens` are to follow it."""
        from playground.session.lint import lint

        return lint(
            prompt,
            tokenizer=self._model.tokenizer,
            context_length=self._model.context_length,
            max_tokens=max_tokens,
        )

    def left_out(self, text: str) -> tuple[str, ...]:
        """What the session's model leaves out of `text`, a line each."""
        from playground.engine.prompt import left_out

        return left_out(self._model.tokenizer, text)

    def score(self, text: str) -> Score:
        """How well the session's model predicts `text`."""
        from playground.engine.scoring import score

        return score(self._model, self._model.tokenizer.encode(text))

    def classify(self, prompt: Prompt, content_free: Sequence[Prompt] = ()) -> Classification:
        """The likeliest of the prompt's labels; calibrated where `content_free` prompts are given."""
        from playground.engine.labels import classify

        return classify(self._model, prompt, content_free)

    def next_tokens(self, text: str, count: int) -> list[Prediction]:
        """The `count` likeliest tokens after `text`, by the model alone."""
        from playground.engine.predictions import next_tokens
        from playground.engine.prompt import prompt_ids

        return next_tokens(self._model, prompt_ids(self._model, text), count)

    def expectations(self, text: str) -> list[Expectation]:
        """The likeliest next token at every position of `text`."""
        from playground.engine.predictions import expectations
        from playground.engine.prompt import prompt_ids

        return expectations(self._model, prompt_ids(self._model, text))

    def compare_dtypes(self, reference: str, text: str) -> tuple[int, list[Drift]]:
        """How many tokens of `text` a model's context holds, and over them the drift of every type."""
        from playground.engine.drift import compare_dtypes

        located = self.catalog.resolve(reference)
        backend, folder, options = located.backend, located.folder, located.options
        tokenizer = backend.tokenizer(folder, **options)
        context = backend.card(folder).context_length
        ids = tokenizer.encode(text)
        if context is not None:
            ids = ids[: context - len(tokenizer.start_ids)]
        device = self.settings.device
        drifts = compare_dtypes(
            lambda dtype: backend.load(folder, device=device, dtype=dtype, **options), ids
        )
        return len(ids), drifts

    @property
    def _model(self) -> LanguageModel:
        settings = self.settings
        return self.engine.load(settings.model, settings.device, settings.dtype)

    def tokenizer(self, reference: str) -> Tokenizer:
        """A model's tokenizer alone: loads no weights and no torch."""
        located = self.catalog.resolve(reference)
        return located.backend.tokenizer(located.folder, **located.options)
