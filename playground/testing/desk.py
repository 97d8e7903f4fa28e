"""A desk without a front end: what an action works on, with a scripted model behind the engine itself."""

from __future__ import annotations

from collections.abc import Iterator

from playground.api import GenerationRequest, Output, Prediction, Score
from playground.api.events import Token
from playground.api.outputs import Continuing
from playground.engine.chain import build_chain
from playground.engine.generate import Generation
from playground.engine.predictions import next_tokens
from playground.engine.prefix import PrefixCache
from playground.engine.prompt import prompt_ids
from playground.engine.scheduler import Scheduler
from playground.engine.scoring import score
from playground.plugins import load_plugins
from playground.session import choices
from playground.testing.scripted import ScriptedModel

SAYS = "and so it goes on. "


class ScriptedDesk:
    """The desk of `playground.api.Desk`: `ScriptedDesk("Once ", says="upon a time")` is at the text "Once "
    and has a model that says `says` after whatever comes, over and over.

    `settings` are what an action has set, by name.
    """

    def __init__(self, text: str = "", *, says: str = SAYS) -> None:
        self.text = text
        self.settings: dict[str, object] = {}
        self._says = says

    def add(self, text: str) -> None:
        self.text += text

    def generate(self) -> Iterator[Output]:
        """Goes on by as many tokens as `says` has, a letter each, and adds them to the text."""
        request = GenerationRequest(
            prompt=self.text, model="scripted", chain="greedy", max_tokens=len(self._says), seed=0
        )
        chain = build_chain(request.chain, load_plugins())
        yield Continuing(text=self.text)
        for event in Generation(request, self._model(), chain, Scheduler(), PrefixCache(2**20)):
            if isinstance(event, Token):
                self.text += event.text
            yield event

    def predictions(self, text: str, count: int) -> list[Prediction]:
        model = self._model()
        return next_tokens(model, prompt_ids(model, text), count)

    def score(self, text: str) -> Score:
        model = self._model()
        return score(model, prompt_ids(model, text))

    def set(self, name: str, value: str) -> None:
        self.settings[name] = choices.read(name, value)

    def _model(self) -> ScriptedModel:
        begin, says = len(self.text.encode()), self._says
        return ScriptedModel(lambda tokens: says[(len(tokens) - begin) % len(says)])
