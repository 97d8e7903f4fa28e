"""An engine's parts around a model of the test's own, without a catalog."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import pytest

from playground.api import Event, Finished, GenerationRequest, LanguageModel, Token
from playground.engine.chain import build_chain
from playground.engine.generate import Generation
from playground.engine.prefix import PrefixCache
from playground.engine.scheduler import Scheduler
from playground.plugins import Plugins


class Bench:
    """One scheduler and prefix cache; `start` and `run` put requests on it."""

    def __init__(self, plugins: Plugins) -> None:
        self.plugins = plugins
        self.scheduler = Scheduler()
        self.prefixes = PrefixCache(2**20)

    def start(
        self, model: LanguageModel, prompt: str, chain: str = "sample", **options: object
    ) -> Generation:
        request = GenerationRequest(
            prompt=prompt, model="test", chain=chain, **{"seed": 0, **options}
        )
        return Generation(
            request, model, build_chain(chain, self.plugins), self.scheduler, self.prefixes
        )

    def run(
        self, model: LanguageModel, prompt: str, chain: str = "sample", **options: object
    ) -> list[Event]:
        return list(self.start(model, prompt, chain, **options))

    def text(
        self, model: LanguageModel, prompt: str, chain: str = "sample", **options: object
    ) -> str:
        return finished(self.run(model, prompt, chain, **options))[0].text


def finished(events: list[Event]) -> list[Finished]:
    ends = [event for event in events if isinstance(event, Finished)]
    return sorted(ends, key=lambda event: event.sequence)


def tokens(events: list[Event], sequence: int = 0) -> list[Token]:
    return [e for e in events if isinstance(e, Token) and e.sequence == sequence]


@pytest.fixture(name="finished")
def _finished() -> Callable[[list[Event]], list[Finished]]:
    return finished


@pytest.fixture(name="tokens")
def _tokens() -> Callable[..., list[Token]]:
    return tokens


@pytest.fixture
def plugins() -> Plugins:
    """A fresh registry with the built-in ways of decoding."""
    plugins = Plugins()
    for kind in ("sampling", "search", "adaptive", "speculation", "revision"):
        name = f"playground_{kind}"
        plugins.load(name, "built in", "", lambda name=name: importlib.import_module(name))
    assert not plugins.quarantined
    return plugins


@pytest.fixture
def bench(plugins: Plugins) -> Bench:
    return Bench(plugins)
