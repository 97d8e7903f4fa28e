"""Everything that runs where the model is: loaded models, running generations, known prefixes."""

from __future__ import annotations

from playground.api.model import LanguageModel
from playground.api.request import GenerationRequest
from playground.engine.catalog import Catalog
from playground.engine.chain import build_chain
from playground.engine.generate import Generation
from playground.engine.identity import ModelHash
from playground.engine.prefix import PrefixCache
from playground.engine.scheduler import Scheduler
from playground.plugins import Plugins


class Engine:
    """Loads models by reference and generates. Not thread-safe: one thread drives it."""

    def __init__(self, plugins: Plugins, catalog: Catalog, prefix_cache_bytes: int) -> None:
        self.plugins = plugins
        self.catalog = catalog
        self.prefixes = PrefixCache(prefix_cache_bytes)
        self._scheduler = Scheduler()
        self._models: dict[tuple[str, str, str], LanguageModel] = {}
        self._hashes: dict[tuple[str, str, str], ModelHash] = {}

    def load(self, reference: str, device: str = "auto", dtype: str = "auto") -> LanguageModel:
        """The model that `reference` names (a name, a folder, `name(option=value)`), loaded once.

        Raises ModelUnavailable where it is not here or its files cannot be read.
        """
        key = (reference, device, dtype)
        if key not in self._models:
            located = self.catalog.resolve(reference)
            self._hashes[key] = ModelHash(located.folder)
            self._models[key] = located.backend.load(
                located.folder, device=device, dtype=dtype, **located.options
            )
        return self._models[key]

    def start(self, request: GenerationRequest) -> Generation:
        """Begin a request. Raises PlaygroundError where it cannot be meant; later errors are events."""
        chain = build_chain(request.chain, self.plugins)
        model = self.load(request.model, request.device, request.dtype)
        model_hash = self._hashes[request.model, request.device, request.dtype].value
        return Generation(request, model, chain, self._scheduler, self.prefixes, model_hash)
