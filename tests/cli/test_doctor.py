"""`playground doctor` says what an installation is made of, and fails where something is broken."""

import json

import pytest


@pytest.fixture
def findings(playground):
    def look() -> dict[str, list[tuple[str, str]]]:
        areas: dict[str, list[tuple[str, str]]] = {}
        for finding in json.loads(playground.run("doctor", "--json").stdout):
            areas.setdefault(finding["area"], []).append((finding["state"], finding["what"]))
        return areas

    return look


def test_a_whole_installation_passes(playground):
    ran = playground.run("doctor")
    assert ran.exit_code == 0, ran.stdout
    assert "broken" not in ran.stdout


def test_it_tells_versions_device_folders_plugins_and_network(playground, findings):
    seen = findings()
    assert {
        "python",
        "version",
        "device",
        "settings",
        "network",
        "folder",
        "plugin",
        "model",
    } <= seen.keys()
    assert any("torch 2" in what for _, what in seen["version"])
    assert any(str(playground.plugins) in what for _, what in seen["folder"])


def test_offline_is_told(playground, findings, monkeypatch):
    assert "used by" in findings()["network"][0][1]
    monkeypatch.setenv("PLAYGROUND_OFFLINE", "1")
    assert findings()["network"][0][1] == "never used"


@pytest.mark.parametrize(
    ("break_it", "area", "told"),
    [
        (lambda p: p.plugin("bad", "oops("), "plugin", "plugin bad"),
        (lambda p: p.environment("PLAYGROUND_MODEL", "nope"), "model", "nope"),
        (lambda p: p.environment("PLAYGROUND_CHAIN", "gredy"), "chain", "gredy"),
        (lambda p: (p.folder / "config" / "prompts").write_text(""), "folder", "prompts"),
        (lambda p: p.template("bad", "query = ["), "template", "bad.toml"),
    ],
)
def test_what_is_broken_is_named_and_the_exit_code_is_1(playground, findings, break_it, area, told):
    break_it(playground)
    assert playground.run("doctor").exit_code == 1
    broken = [what for state, what in findings()[area] if state == "broken"]
    assert len(broken) == 1
    assert told in broken[0]
