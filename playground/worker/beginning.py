"""What of a session process is there first: plugins, the engine, and the model that is wanted at once.

The model is loaded while the server is imported, so what it does outside of the interpreter, reading files
and packing weights, costs no time. It knows no event loop: that is imported meanwhile.
"""

from __future__ import annotations

import gc
import threading
from concurrent.futures import Future

from playground.api.model import LanguageModel
from playground.engine.catalog import Catalog
from playground.engine.engine import Engine, ModelKey
from playground.plugins import load_plugins
from playground.protocol.identity import identity_of
from playground.protocol.messages import Launch
from playground.protocol.questions import ModelChoice
from playground.worker.files import Stamp, looked_at


class Loading:
    """A model that is being loaded, on a thread of its own."""

    def __init__(self, engine: Engine, choice: ModelChoice) -> None:
        self.key: ModelKey = (choice.model, choice.device, choice.dtype)
        self.done: Future[tuple[Stamp, LanguageModel]] = Future()
        """The state of its files before they were read, and the model; or what went wrong."""
        self._engine = engine
        threading.Thread(target=self._load, name="first model", daemon=True).start()

    def _load(self) -> None:
        try:
            stamp = looked_at(self._engine, self.key).stamp
            self.done.set_result((stamp, self._engine.read(*self.key)))
        except BaseException as error:  # whoever waits has to know
            self.done.set_exception(error)


class Beginning:
    """The identity of the program, its engine, and a model on its way, if one is wanted at once."""

    def __init__(self, launch: Launch) -> None:
        settings = launch.settings
        # First: what is changed while it is loaded makes this process another one.
        self.identity = identity_of(settings.plugin_folders)
        plugins = load_plugins(settings.plugin_folders, strict=settings.strict)
        catalog = Catalog(plugins.backends_in_order(), plugins.models, settings.model_folders)
        self.engine = Engine(plugins, catalog, settings.prefix_cache_bytes)
        # What is there by now stays: the first collection of garbage need not look at it. A model may go.
        gc.freeze()
        self.loading = Loading(self.engine, launch.preload) if launch.preload else None
