"""Looking at a text with an inspector: what a panel is given, and the panels, made when first used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING

from playground.api.errors import InvalidInput, PluginFailed
from playground.api.inspectors import Inspector, Panel, TextToken
from playground.api.outputs import Output
from playground.session.actions.look import explained
from playground.session.actions.words import take_word

if TYPE_CHECKING:
    from playground.api.results import Prediction, Score
    from playground.session.workbench import Workbench

MODEL = "model="
Token = tuple[str, int]
"""A node, and the place of a token in it."""


class Look:
    """`playground.api.Inspected` on a workbench."""

    def __init__(
        self,
        bench: Workbench,
        *,
        text: str = "",
        models: tuple[str, ...] = (),
        token: Token | None = None,
    ) -> None:
        """`text`: instead of the document. `models`: instead of the chosen one."""
        self._bench = bench
        self._token = token
        self.text = text or bench.text
        self.models = models or (bench.choices.model,)

    def tokens(self, model: str) -> list[TextToken]:
        tokenizer = self._bench.session.tokenizer(model)
        ids = tokenizer.encode(self.text)
        return [
            TextToken(id_, tokenizer.piece(id_, before).decode("utf-8", "replace"))
            for id_, before in zip(ids, [None, *ids], strict=False)
        ]

    def score(self) -> Score:
        return self._bench.score(self.text)

    def predictions(self, count: int) -> list[Prediction]:
        return self._bench.predictions(self.text, count)

    def why(self) -> Iterator[Output]:
        if self._token is None:
            raise InvalidInput("no token is looked at", "generate something first")
        node, at = self._token
        return explained(self._bench, self._bench.tree[node], at)


def last_token(bench: Workbench) -> Token | None:
    """The last token of where one is; None where that was typed."""
    node = bench.node
    return (node.id, len(node.tokens) - 1) if node is not None and node.tokens else None


def inspect(bench: Workbench, name: str, look: Look) -> Iterable[Output]:
    """What an inspector tells. Raises PlaygroundError where there is none of that name, or it fails."""
    return panel_of(bench, bench.plugins.inspectors[name]).show(look)


def panel_of(bench: Workbench, inspector: Inspector) -> Panel:
    """The panel of an inspector, the same as long as its plugin is. Raises PluginFailed."""
    cls = panel_class(inspector)
    kept = bench.panels.get(inspector.name)
    if type(kept) is not cls:
        kept = bench.panels[inspector.name] = cls()
    assert kept is not None
    return kept


def panel_class(inspector: Inspector) -> type[Panel]:
    """The class that an inspector names. Raises PluginFailed where there is no such panel."""
    module, _, attribute = inspector.path.partition(":")
    try:
        found = getattr(import_module(module), attribute, None)
    except ImportError as error:
        raise PluginFailed(f"inspector {inspector.name}: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Panel)):
        raise PluginFailed(f"inspector {inspector.name}: {inspector.path} is no Panel")
    return found


def models_and_text(rest: str) -> tuple[tuple[str, ...], str]:
    """What is typed after an inspector's name: `model=NAME` as often as one likes, then a text."""
    models: list[str] = []
    while rest.startswith((MODEL, f'"{MODEL}', f"'{MODEL}")):
        word, rest = take_word(rest)
        models.append(word.removeprefix(MODEL))
    return tuple(models), rest
