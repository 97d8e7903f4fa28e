"""The one thing a front end talks to: plugins, models and generations, wherever the engine is.

Everything heavy is loaded when it is first needed: listing strategies or templates loads no engine, and
where a session process has the models, nothing here does.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from playground import paths
from playground.api.model import Tokenizer
from playground.api.request import GenerationRequest
from playground.api.results import (
    Classification,
    Comparison,
    Expectation,
    Filling,
    LintWarning,
    LoadedModel,
    Prediction,
    Score,
    TokenTrace,
)
from playground.api.template import Prompt
from playground.config import Settings
from playground.protocol.problems import WorkerUnusable
from playground.protocol.questions import (
    ClassifyPrompt,
    Expectations,
    FillMasks,
    LabelText,
    LeftOut,
    LintPrompt,
    ModelChoice,
    NextTokens,
    Question,
    ScoreText,
    TraceToken,
)
from playground.session import blank

if TYPE_CHECKING:
    from playground.engine.catalog import Catalog
    from playground.plugins import Plugins
    from playground.session.prompts import PromptLibrary
    from playground.session.service import EventStream, EventStreams, Service

A = TypeVar("A")
PATHS = (os.sep, os.curdir + os.sep, os.pardir + os.sep)
"""Beginnings of what can only be a path: no plugin need be loaded to learn that it is no model's name."""


class Session:
    """Plugins, catalog and templates of one front end, and who answers it."""

    def __init__(self, settings: Settings, tell: Callable[[str], None] = lambda line: None) -> None:
        """`tell` is given a line for the user when the session process failed or cannot be had."""
        self.settings = settings
        self._tell = tell

    @cached_property
    def plugins(self) -> Plugins:
        from playground.plugins import load_plugins

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
    def service(self) -> Service:
        """Who answers: the session process, or an engine here where that is wanted or cannot be had."""
        if self._is_remote:
            from playground.session.remote import Remote

            try:
                return Remote(self.settings, self._tell, self._located, self._chain_located)
            except WorkerUnusable as error:
                self._do_without(error)
        return self._in_process()

    @property
    def _is_remote(self) -> bool:
        """Whether the session process is to answer, for all that is known yet."""
        if "service" in vars(self):
            return self.service.remote
        return self.settings.worker and hasattr(socket, "AF_UNIX")

    def prepare(self) -> None:
        """The session's model will be asked for soon: begin what takes time, and return at once."""
        try:
            if self._is_remote:
                self._begin()
        finally:
            blank.discard()

    def _begin(self) -> None:
        # Before anything else is imported that can be imported meanwhile.
        from playground.session.launch import Launcher

        choice = self._choice()
        choice = msgspec.structs.replace(choice, model=self._located(choice.model))
        try:
            Launcher(self.settings, self._tell).connect(preload=choice).close()
        except WorkerUnusable as error:
            self._do_without(error)
            self.service = self._in_process()

    def adopt(self, plugins: Plugins, *, whole: bool) -> None:
        """Go on with these plugins; `whole`: none of them is kept although the disk has another version."""
        self.plugins = plugins
        for derived in ("catalog", "prompts"):
            vars(self).pop(derived, None)
        if "service" in vars(self):
            self.service.adopt(plugins, self.catalog, whole=whole)

    def generate(self, request: GenerationRequest) -> EventStream:
        """Begin a request. Raises PlaygroundError where it cannot be meant; later errors are events."""
        return self.service.generate(request)

    def generate_all(self, requests: Sequence[GenerationRequest]) -> EventStreams:
        """Begin some requests (not none) at once: they advance in one batched read a step.

        Raises PlaygroundError, at once or while it is iterated over, where one of them cannot be meant.
        """
        return self.service.generate_all(requests)

    def lint(self, prompt: Prompt, max_tokens: int) -> list[LintWarning]:
        """What is likely to go wrong with `prompt` when `max_tokens` are to follow it."""
        return self._ask(LintPrompt, prompt=prompt, max_tokens=max_tokens)

    def left_out(self, text: str) -> tuple[str, ...]:
        """What the session's model leaves out of `text`, a line each."""
        return self._ask(LeftOut, text=text)

    def score(self, text: str) -> Score:
        """How well the session's model predicts `text`."""
        return self._ask(ScoreText, text=text)

    def classify(self, prompt: Prompt, content_free: Sequence[Prompt] = ()) -> Classification:
        """The likeliest of the prompt's labels; calibrated where `content_free` prompts are given."""
        return self._ask(ClassifyPrompt, prompt=prompt, content_free=tuple(content_free))

    def label(self, text: str) -> Classification:
        """The label that the model's own head gives to `text`."""
        return self._ask(LabelText, text=text)

    def next_tokens(self, text: str, count: int) -> list[Prediction]:
        """The `count` likeliest tokens after `text`, by the model alone."""
        return self._ask(NextTokens, text=text, count=count)

    def expectations(self, text: str) -> list[Expectation]:
        """The likeliest next token at every position of `text`."""
        return self._ask(Expectations, text=text)

    def fill(self, text: str, count: int) -> list[Filling]:
        """The `count` likeliest tokens for each mask of `text`, by a masked model."""
        return self._ask(FillMasks, text=text, count=count)

    def trace(self, question: TraceToken) -> TokenTrace:
        """Why a token was said."""
        return self.service.ask(question)

    def loaded(self) -> list[LoadedModel]:
        """The models that whoever answers has loaded."""
        return self.service.models()

    def unload(self, name: str) -> None:
        """Let go of a model. Raises UnknownName where it is not loaded."""
        self.service.unload(ModelChoice(model=name))

    def log_file(self) -> Path | None:
        """Where the session process writes what it has to say; None where there is none."""
        if not self.settings.worker:
            return None
        from playground.protocol.address import address_of

        try:
            return address_of(self.settings).log
        except WorkerUnusable:
            return None

    def compare_dtypes(self, reference: str, text: str) -> Comparison:
        """The drift of every number type of a model, over as much of `text` as its context holds."""
        return self.service.compare_dtypes(reference, self.settings.device, text)

    def _ask(self, kind: Callable[..., Question[A]], **values: Any) -> A:
        settings = self.settings
        choice = {"model": settings.model, "device": settings.device, "dtype": settings.dtype}
        return self.service.ask(kind(**choice, **values))

    def _choice(self) -> ModelChoice:
        settings = self.settings
        return ModelChoice(model=settings.model, device=settings.device, dtype=settings.dtype)

    def _in_process(self) -> Service:
        from playground.engine.engine import Engine
        from playground.session.in_process import InProcess

        return InProcess(Engine(self.plugins, self.catalog, self.settings.prefix_cache_bytes))

    def _do_without(self, error: WorkerUnusable) -> None:
        hint = f" ({error.hint})" if error.hint else ""
        self._tell(f"{error.message}{hint}; the model is loaded in this process instead")

    def _located(self, reference: str) -> str:
        """A model's name that means the same in any folder: a path from here is made a whole one."""
        for name in (reference, reference.partition("(")[0]):
            path = os.path.expanduser(name)
            if os.path.isdir(path):
                if path.startswith(PATHS):
                    return os.path.abspath(path) + reference.removeprefix(name)
                return self.catalog.absolute(reference)
        return reference

    def _chain_located(self, chain: str) -> str:
        """A chain whose options call models so that it means the same in any folder."""
        # Models are called by texts: without one there is nothing to look for, and no plugin to load.
        if "'" not in chain and '"' not in chain:
            return chain
        from playground.chain_stages import with_models

        return with_models(chain, self.plugins, self._located)

    def tokenizer(self, reference: str) -> Tokenizer:
        """A model's tokenizer alone: loads no weights and no torch."""
        located = self.catalog.resolve(reference)
        return located.backend.tokenizer(located.folder, **located.options)
