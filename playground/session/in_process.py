"""The engine in this very process: for tests, for debugging, and where there can be no session process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar

from playground.api.errors import UnknownName
from playground.api.request import GenerationRequest
from playground.api.results import Comparison, LoadedModel
from playground.engine.answers import answer
from playground.engine.drift import compare_on
from playground.engine.engine import Engine
from playground.engine.generate import Generation
from playground.protocol.questions import ModelChoice, Question
from playground.registry import did_you_mean
from playground.session.driven import Driven, DrivenTogether
from playground.session.service import EventStream, EventStreams

if TYPE_CHECKING:
    from playground.engine.catalog import Catalog
    from playground.plugins import Plugins

A = TypeVar("A")


class InProcess:
    """Answers from `engine`."""

    remote: ClassVar[bool] = False

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def generate(self, request: GenerationRequest) -> EventStream:
        return Driven(self.engine.start(request))

    def generate_all(self, requests: Sequence[GenerationRequest]) -> EventStreams:
        generations: list[Generation] = []
        try:
            generations.extend(
                map(self.engine.start, requests)
            )  # those before a faulty one are there
        except BaseException:
            for generation in generations:
                generation.cancel()
            raise
        return DrivenTogether(generations, self.engine.tick)

    def ask(self, question: Question[A]) -> A:
        model = self.engine.load(question.model, question.device, question.dtype)
        return answer(model, question, self.engine.plugins)

    def models(self) -> list[LoadedModel]:
        found = []
        for (name, _, _), model in self.engine.models.items():
            located = self.engine.catalog.resolve(name)
            card = located.backend.card(located.folder)
            found.append(
                LoadedModel(
                    name=name,
                    device=model.device,
                    dtype=model.dtype,
                    bytes=card.bytes_as(model.dtype),
                    cache_bytes=self.engine.prefixes.bytes_of(model),
                    requests=0,
                )
            )
        return found

    def unload(self, choice: ModelChoice) -> None:
        name = choice.model
        keys = [key for key in self.engine.models if key[0] == name]
        if not keys:
            hint = did_you_mean(name, [key[0] for key in self.engine.models])
            raise UnknownName(f"no model {name!r} is loaded", hint)
        for key in keys:
            self.engine.forget(key)

    def adopt(self, plugins: Plugins, catalog: Catalog, *, whole: bool) -> None:
        self.engine.plugins, self.engine.catalog = plugins, catalog

    def compare_dtypes(self, model: str, device: str, text: str) -> Comparison:
        return compare_on(self.engine.catalog, model, device, text)
