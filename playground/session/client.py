"""The one thing a front end talks to: plugins, models and generations, with the engine in this process.

Everything heavy is loaded when it is first needed: listing strategies or templates loads no engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from playground import paths
from playground.api.events import Event
from playground.api.model import LanguageModel, Tokenizer
from playground.api.request import GenerationRequest
from playground.config import Settings
from playground.plugins import Plugins, load_plugins

if TYPE_CHECKING:
    from playground.engine.catalog import Catalog
    from playground.engine.engine import Engine
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

    def load(self, reference: str, device: str = "auto", dtype: str = "auto") -> LanguageModel:
        """The model itself, for scoring and inspection in this process."""
        return self.engine.load(reference, device, dtype)

    def tokenizer(self, reference: str) -> Tokenizer:
        """A model's tokenizer alone: loads no weights and no torch."""
        located = self.catalog.resolve(reference)
        return located.backend.tokenizer(located.folder, **located.options)
