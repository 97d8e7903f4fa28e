"""Who answers a session: an engine in this process, or the session process. Both say the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar

from playground.api.events import Event
from playground.api.request import GenerationRequest
from playground.api.results import Comparison, LoadedModel
from playground.protocol.questions import ModelChoice, Question

if TYPE_CHECKING:
    from playground.engine.catalog import Catalog
    from playground.plugins import Plugins

A = TypeVar("A")


class EventStream(Iterator[Event], Protocol):
    """The events of one request as they come."""

    def cancel(self) -> None:
        """End it within one token; what was said stays said, and `finished` events still follow."""


class EventStreams(Iterator[tuple[int, Event]], Protocol):
    """The events of several requests as they come, each with the number of its request."""

    def cancel(self) -> None:
        """End all of them, as `EventStream.cancel` does."""


class Service(Protocol):
    """What a session asks of whoever has the models. All of it raises PlaygroundError."""

    remote: ClassVar[bool]
    """Whether it is another process."""

    def generate(self, request: GenerationRequest) -> EventStream:
        """Begin a request. Raises where it cannot be meant; later errors are events."""

    def generate_all(self, requests: Sequence[GenerationRequest]) -> EventStreams:
        """Begin some requests at once. Raises, at once or later, where one of them cannot be meant."""

    def ask(self, question: Question[A]) -> A:
        """The answer of the model that the question names."""

    def models(self) -> list[LoadedModel]:
        """What is loaded now."""

    def unload(self, choice: ModelChoice) -> None:
        """Let go of a model, however it is held. Raises UnknownName where none of that name is loaded."""

    def adopt(self, plugins: Plugins, catalog: Catalog, *, whole: bool) -> None:
        """The front end goes on with other plugins: who answers is to have the same ones.

        `whole`: they are all that is on the disk; else versions of some are kept that are not there any more.
        """

    def compare_dtypes(self, model: str, device: str, text: str) -> Comparison:
        """How far the number types of `model` drift from float32 on `text`."""
