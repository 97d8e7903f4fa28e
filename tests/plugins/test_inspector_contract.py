"""What breaks a law of inspectors is caught by that law; the built-in ones break none."""

from __future__ import annotations

import itertools

import pytest

from playground.api import Inspector, InvalidInput, Note, Panel, PluginFailed
from playground.plugin_offers import offers_of
from playground.plugins import load_plugins
from playground.testing import InspectorContract
from playground.testing.laws import verdicts

BUILT_IN = load_plugins().inspectors


class Sound(Panel):
    def show(self, inspected):
        if not inspected.text:
            raise InvalidInput("there is no text yet")
        yield Note(f"{inspected.predictions(1)[0].text} {inspected.score().tokens}")
        yield Note(" ".join(str(len(inspected.tokens(model))) for model in inspected.models))
        yield from inspected.why()


class NoOutput(Panel):
    def show(self, inspected):
        return ["text"]


class NeedsText(Panel):
    def show(self, inspected):
        yield Note(inspected.text[0])


class NeedsOneModel(Panel):
    def show(self, inspected):
        (model,) = inspected.models
        yield Note(model)


class Counts(Panel):
    counter = itertools.count()

    def show(self, inspected):
        yield Note(str(next(self.counter)))


def inspector(panel: type, summary: str = "Shows it.") -> Inspector:
    return Inspector(name="it", summary=summary, path=f"{__name__}:{panel.__name__}")


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    """The tests' own module by the name that its paths have."""
    import sys
    from types import ModuleType

    module = ModuleType(__name__)
    vars(module).update(globals())
    monkeypatch.setitem(sys.modules, __name__, module)


def broken(made: Inspector) -> set[str]:
    found = verdicts("it", InspectorContract, inspector=lambda: made)
    return {verdict.law for verdict in found if verdict.result == "failed"}


@pytest.mark.parametrize(
    ("made", "law"),
    [
        (inspector(Sound, " "), "says what it shows"),
        (inspector(str), "names a panel"),
        (inspector(NoOutput), "shows outputs or an error with a message"),
        (inspector(NeedsText), "works at the empty text"),
        (inspector(NeedsOneModel), "works with several models"),
        (inspector(Counts), "shows the same again"),
    ],
)
def test_an_inspector_that_breaks_a_law(made, law):
    assert law in broken(made)


def test_a_sound_one_breaks_none():
    assert broken(inspector(Sound)) == set()


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_inspector_obeys_the_laws(name):
    assert broken(BUILT_IN[name]) == set()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": "Loud"}, "small letters, digits and underscores"),
        ({"path": "module"}, "not module:attribute"),
    ],
)
def test_an_inspector_that_cannot_be_named_or_found_is_refused(wrong, message):
    good = {"name": "it", "summary": "Shows it.", "path": "module:It"}
    with pytest.raises(PluginFailed, match=message):
        offers_of("register_inspectors", lambda: [Inspector(**good | wrong)])
