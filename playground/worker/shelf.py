"""Which models are loaded: each once, on a thread of its own, and unloaded when others need the memory.

Loading takes seconds and touches nothing that runs, so it does not happen on the engine's thread: what
streams goes on, slower while both compute. A model whose files have changed since it was loaded is another
one and is loaded again.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from playground.api.errors import InvalidInput, UnknownName
from playground.api.model import LanguageModel
from playground.api.results import Comparison, LoadedModel
from playground.engine.drift import compare_on
from playground.engine.engine import ModelKey
from playground.protocol.messages import Comparing
from playground.protocol.questions import ModelChoice
from playground.registry import did_you_mean
from playground.worker.beginning import Loading
from playground.worker.engine_thread import EngineThread
from playground.worker.files import Files, Stamp, looked_at

log = logging.getLogger(__name__)

OUT_OF_MEMORY = ("MemoryError", "OutOfMemoryError")


@dataclass(eq=False)
class Loaded:
    """A model on the shelf."""

    key: ModelKey
    model: LanguageModel
    files: Files
    holders: int = 0
    used: float = field(default_factory=time.monotonic)


class Shelf:
    """Loads and keeps the engine's models. Lives on the event loop."""

    def __init__(self, thread: EngineThread, limit: int = 0, first: Loading | None = None) -> None:
        """`limit`: bytes of weights to keep; 0 is half of the machine's memory. `first`: a model that is
        on its way already."""
        self._thread = thread
        self._engine = thread.engine
        self._limit = limit or _half_of_memory()
        self._loaded: dict[ModelKey, Loaded] = {}
        self._loading: dict[tuple[ModelKey, Stamp], asyncio.Task[Loaded]] = {}
        self._loader = ThreadPoolExecutor(1, "loader")
        self._first = first

    @asynccontextmanager
    async def hold(self, choice: ModelChoice) -> AsyncIterator[LanguageModel]:
        """The model, loaded if need be, and kept for the time of the block.

        Raises ModelUnavailable and InvalidInput as its backend does.
        """
        key = (choice.model, choice.device, choice.dtype)
        loaded = await self._get(key)
        while self._loaded.get(key) is not loaded:
            # It had to make room, or was replaced, before this request was told of it.
            loaded = await self._get(key)
        loaded.holders += 1
        try:
            yield loaded.model
        finally:
            loaded.holders -= 1
            loaded.used = time.monotonic()
            if self._loaded.get(loaded.key) is not loaded and not loaded.holders:
                # Another one has taken its place meanwhile.
                self._thread.post(partial(self._engine.prefixes.forget, loaded.model))

    async def models(self) -> list[LoadedModel]:
        """What is loaded, and what it holds."""
        on_shelf = list(self._loaded.values())
        cached = await self._thread.call(
            lambda: [self._engine.prefixes.bytes_of(loaded.model) for loaded in on_shelf]
        )
        return [
            LoadedModel(
                name=loaded.key[0],
                device=loaded.model.device,
                dtype=loaded.model.dtype,
                bytes=loaded.files.bytes,
                cache_bytes=cache_bytes,
                requests=loaded.holders,
            )
            for loaded, cache_bytes in zip(on_shelf, cached, strict=True)
        ]

    async def unload(self, name: str) -> None:
        """Let go of the model called `name`. Raises UnknownName, and InvalidInput for one in use."""
        found = [loaded for key, loaded in self._loaded.items() if key[0] == name]
        if not found:
            hint = did_you_mean(name, [key[0] for key in self._loaded])
            raise UnknownName(f"no model {name!r} is loaded", hint)
        if users := sum(loaded.holders for loaded in found):
            raise InvalidInput(f"{name} is in use by {users} requests", "cancel them first")
        for loaded in found:
            await self._forget(loaded)

    async def compare(self, asked: Comparing) -> Comparison:
        """How the number types of a model drift; it is loaded in each for this alone."""
        compare = partial(compare_on, self._engine.catalog, asked.model, asked.device, asked.text)
        return await asyncio.get_running_loop().run_in_executor(self._loader, compare)

    async def _get(self, key: ModelKey) -> Loaded:
        files = await asyncio.to_thread(looked_at, self._engine, key)
        stamp = files.stamp
        loaded = self._loaded.get(key)
        if loaded and loaded.files.stamp == stamp:
            return loaded
        if (key, stamp) not in self._loading:
            loading = asyncio.create_task(self._load(key, files))
            self._loading[key, stamp] = loading
            loading.add_done_callback(lambda _: self._loading.pop((key, stamp)))
        # Who gives up does not end it for the others that wait.
        return await asyncio.shield(self._loading[key, stamp])

    async def _load(self, key: ModelKey, files: Files) -> Loaded:
        await self._make_room(files.bytes)
        began = time.monotonic()
        try:
            model = await self._first_or_read(key, files.stamp)
        except Exception as error:
            if type(error).__name__ not in OUT_OF_MEMORY:
                raise
            await self._make_room(self._limit)
            model = await self._read(key)
        loaded = Loaded(key, model, files)
        await self._thread.call(partial(self._put, loaded, self._loaded.get(key)))
        self._loaded[key] = loaded
        log.info("loaded %s in %.1f s", " ".join(key), time.monotonic() - began)
        return loaded

    async def _first_or_read(self, key: ModelKey, stamp: Stamp) -> LanguageModel:
        first = self._first
        if first is not None and first.key == key:
            self._first = None
            before, model = await asyncio.wrap_future(first.done)
            if before == stamp:
                return model
        return await self._read(key)

    async def _read(self, key: ModelKey) -> LanguageModel:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._loader, self._engine.read, *key)

    def _put(self, loaded: Loaded, before: Loaded | None) -> None:
        """On the engine's thread, where its models are looked up."""
        self._engine.models[loaded.key] = loaded.model
        self._thread.knows(loaded.model, loaded.files.parameters)
        if before is not None:
            self._engine.prefixes.forget(before.model)

    async def _make_room(self, size: int) -> None:
        """Unload what nobody uses, the least recently used first, until `size` bytes fit the limit."""
        while sum(loaded.files.bytes for loaded in self._loaded.values()) + size > self._limit:
            idle = [loaded for loaded in self._loaded.values() if not loaded.holders]
            if not idle:
                return
            await self._forget(min(idle, key=lambda loaded: loaded.used))

    async def _forget(self, loaded: Loaded) -> None:
        # First, so that nobody takes it from now on.
        del self._loaded[loaded.key]
        await self._thread.call(partial(self._engine.forget, loaded.key))
        gc.collect()
        log.info("unloaded %s", " ".join(loaded.key))


def _half_of_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
