"""The engine in this very process: for tests, for debugging, and where there can be no session process."""

from __future__ import annotations

from typing import TypeVar

from playground.api.request import GenerationRequest
from playground.api.results import Comparison
from playground.engine.answers import answer
from playground.engine.drift import compare_on
from playground.engine.engine import Engine
from playground.protocol.questions import ModelChoice, Question
from playground.session.service import EventStream

A = TypeVar("A")


class InProcess:
    """Answers from `engine`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def prepare(self, choice: ModelChoice) -> None:
        """Nothing: what is loaded here is loaded when it is asked for."""

    def generate(self, request: GenerationRequest) -> EventStream:
        return self.engine.start(request)

    def ask(self, question: Question[A]) -> A:
        return answer(self.engine.load(question.model, question.device, question.dtype), question)

    def compare_dtypes(self, model: str, device: str, text: str) -> Comparison:
        return compare_on(self.engine.catalog, model, device, text)
