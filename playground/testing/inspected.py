"""Something to look at without a front end: a text and a token of it, with a scripted model behind."""

from __future__ import annotations

from collections.abc import Iterator

from playground.api import InvalidInput, Output, Prediction, Score, TextToken
from playground.engine.chain import build_chain
from playground.engine.trace import trace
from playground.plugins import load_plugins
from playground.protocol.questions import TraceToken
from playground.session.funnel import funnel
from playground.testing.desk import SAYS, ScriptedDesk
from playground.testing.scripted import ScriptedModel
from playground.testing.tokenizers import ByteTokenizer

CHAIN = "top_k(5) | temperature(0.8) | greedy"


class ScriptedInspected:
    """`playground.api.Inspected`: `text`, which bytes cut, after which a model says `says`, and a token that
    it has said, unless `text` is empty."""

    def __init__(
        self, text: str = "", *, says: str = SAYS, models: tuple[str, ...] = ("bytes",)
    ) -> None:
        self.text = text
        self.models = models
        self._says = says
        self._desk = ScriptedDesk(text, says=says)

    def tokens(self, model: str) -> list[TextToken]:
        tokenizer = ByteTokenizer()
        return [
            TextToken(id_, tokenizer.piece(id_, None).decode("utf-8", "replace"))
            for id_ in tokenizer.encode(self.text)
        ]

    def score(self) -> Score:
        return self._desk.score(self.text)

    def predictions(self, count: int) -> list[Prediction]:
        return self._desk.predictions(self.text, count)

    def why(self) -> Iterator[Output]:
        if not self.text:
            raise InvalidInput("no token is looked at", "generate something first")
        model = ScriptedModel(self._says, after=self.text)
        asked = TraceToken(
            model="scripted",
            prompt=self.text,
            tokens=(),
            token=model.tokenizer.encode(self._says)[0],
            chain=CHAIN,
            seed=0,
            sequence=0,
            max_tokens=1,
            fit="error",
        )
        yield from funnel(trace(model, build_chain(CHAIN, load_plugins()), asked))
