"""Presets, plugins, reload, log, help, the end."""

from __future__ import annotations

from playground.api.outputs import Quit

GOOD = """
from playground.api import Processor, hookimpl

class Cut(Processor, frozen=True):
    '''{summary}'''
    def __call__(self, candidates, step):
        return candidates.top({k})

@hookimpl
def register_processors():
    return [Cut]
"""


def test_a_preset_keeps_the_settings_and_gives_them_back(hands):
    assert "no preset yet" in hands.type("/preset list")
    hands.type("/stop x")
    hands.type("/temp 0.5")
    hands.type("/preset save calm")
    hands.type("/stop none")
    hands.type("/strategy sample")
    assert hands.type("/preset calm") == "-- calm: model, chain, seed, stop"
    assert hands.bench.choices.stop == ("x",)
    assert hands.bench.chain == "temperature(0.5) | greedy"
    assert hands.table("/preset list")[0]["preset"] == "calm"
    assert hands.error("/preset clam").hint == "did you mean calm?"
    assert "cannot be a preset's name" in hands.error("/preset save ../x").text
    assert hands.error("/preset save").hint == "/preset save NAME"


def test_a_preset_that_cannot_be_is_named_with_its_line(hands, home):
    folder = home / "config" / "presets"
    folder.mkdir(parents=True)
    (folder / "odd.preset").write_text("# mine\nn 2\nn many\n")
    before = hands.bench.choices
    assert "odd.preset:3: n cannot be" in hands.error("/preset odd").text
    assert hands.bench.choices == before


def test_plugins_are_listed_with_what_they_register(with_plugin):
    hands = with_plugin("cut", GOOD.format(summary="Cuts.", k=1))
    names = [row["name"] for row in hands.table("/plugins")]
    assert {"sampling", "cut", "scripted_models"} <= set(names)


def test_reload_says_that_an_installed_plugin_is_not_loaded_again(with_plugin, monkeypatch):
    hands = with_plugin("nothing", "")
    assert hands.type("/reload") == "-- no plugin has changed"
    monkeypatch.setattr("playground.protocol.identity.version", lambda: "9.9")
    note = hands.outputs("/reload")[-1]
    assert "an installed plugin has changed since this began" in note.text
    assert note.hint == "begin again: --session last goes on"


def test_reload_takes_what_has_changed_and_keeps_the_old_where_the_new_is_broken(with_plugin, home):
    hands = with_plugin("cut", GOOD.format(summary="Cuts.", k=1))
    file = home / "config" / "plugins" / "cut.py"
    assert hands.type("/reload") == "-- no plugin has changed"
    hands.type("/strategy cut | sample")
    assert "Cuts." in hands.type("/strategy")

    file.write_text(GOOD.format(summary="Cuts anew.", k=2))
    assert hands.type("/reload") == "-- plugin cut was loaded again"
    assert "Cuts anew." in hands.type("/strategy")

    file.write_text("this is no Python")
    shown = hands.type("/reload")
    assert shown.startswith("warning: plugin cut was not loaded again, the version before stays: ")
    assert len(shown.splitlines()) == 1
    assert "Cuts anew." in hands.type("/strategy")
    assert hands.type("Once").startswith("Once upon a time.")

    file.unlink()
    assert hands.type("/reload") == "-- plugin cut is gone"
    assert "no strategy or processor 'cut'" in hands.type("Twice")


def test_a_plugin_that_is_saved_is_loaded_before_the_next_line(with_plugin, home):
    hands = with_plugin("cut", GOOD.format(summary="Cuts.", k=1))
    hands.type("/plugins")
    assert hands.bench.watched() == []
    folder = home / "config" / "plugins"
    (folder / "more.py").write_text(GOOD.format(summary="More.", k=1).replace("Cut", "More"))
    (folder / "cut.py").write_text("import nothing_like_this")
    cut, more = (note.text for note in hands.bench.watched())
    assert cut.startswith("plugin cut was not loaded again, the version before stays: ")
    assert more == "plugin more was loaded"
    assert hands.bench.watched() == []


def test_the_log_shows_what_was_told(hands, home):
    (home / "data" / "history.sqlite3").mkdir()
    hands.type("Once")
    assert "not saved" in hands.type("/log")


def test_help_lists_all_commands_and_explains_one(hands):
    listed = hands.type("/help")
    assert "/goto NODE" in listed
    assert hands.type("/help goto").splitlines()[0] == "/goto NODE"
    assert hands.type("/help /q") == hands.type("/help quit")
    assert hands.error("/help gotu").hint.startswith("did you mean /goto?")


def test_quit_asks_the_front_end_to_end(hands):
    assert hands.outputs("/quit") == [Quit()]
    assert hands.outputs("/exit") == [Quit()]
