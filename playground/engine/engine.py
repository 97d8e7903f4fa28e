"""Everything that runs where the model is: loaded models, running generations, known prefixes."""

from __future__ import annotations

from playground.api.model import LanguageModel
from playground.api.request import GenerationRequest
from playground.engine.beside import models_beside
from playground.engine.catalog import Catalog
from playground.engine.chain import build_chain
from playground.engine.generate import Generation
from playground.engine.identity import ModelHash
from playground.engine.masked import check_continues
from playground.engine.prefix import PrefixCache
from playground.engine.scheduler import Scheduler
from playground.plugins import Plugins

ModelKey = tuple[str, str, str]
"""A loaded model: reference, device, dtype, as they were asked for."""


class Engine:
    """Loads models by reference and generates. Not thread-safe: one thread drives it."""

    def __init__(self, plugins: Plugins, catalog: Catalog, prefix_cache_bytes: int) -> None:
        self.plugins = plugins
        self.catalog = catalog
        self.prefixes = PrefixCache(prefix_cache_bytes)
        self.scheduler = Scheduler()
        self.models: dict[ModelKey, LanguageModel] = {}
        self._hashes: dict[int, ModelHash] = {}
        """Of loaded models, by what they are in memory."""

    def load(self, reference: str, device: str = "auto", dtype: str = "auto") -> LanguageModel:
        """The model that `reference` names (a name, a folder, `name(option=value)`), loaded once.

        Raises ModelUnavailable where it is not here or its files cannot be read.
        """
        key = (reference, device, dtype)
        if key not in self.models:
            self.models[key] = self.read(*key)
        return self.models[key]

    def read(self, reference: str, device: str, dtype: str) -> LanguageModel:
        """As `load`, without keeping it: any thread may call it."""
        located = self.catalog.resolve(reference)
        begun = ModelHash(located.folder)
        model = located.backend.load(located.folder, device=device, dtype=dtype, **located.options)
        self._hashes[id(model)] = begun
        return model

    def forget(self, key: ModelKey) -> None:
        """Let go of a loaded model and of what was read with it; who uses it keeps it till then."""
        model = self.models.pop(key)
        self._hashes.pop(id(model), None)
        self.prefixes.forget(model)

    def tick(self) -> None:
        """Advance everything that runs by one batched read; nothing to do where not `busy`."""
        self.scheduler.tick()

    @property
    def busy(self) -> bool:
        """Whether anything runs that is not paused."""
        return any(not task.paused for task in self.scheduler.tasks)

    def start(self, request: GenerationRequest) -> Generation:
        """Begin a request. Raises PlaygroundError where it cannot be meant; later errors are events."""
        chain = build_chain(request.chain, self.plugins)

        def load(name: str) -> LanguageModel:
            model = self.load(name, request.device, request.dtype)
            check_continues(model, name)
            return model

        model = load(request.model)
        beside = models_beside(chain, model, load)
        return Generation(
            request, model, chain, self.scheduler, self.prefixes, self._hash_of, beside
        )

    def _hash_of(self, model: LanguageModel) -> str:
        begun = self._hashes.get(id(model))
        return begun.value if begun else ""
