"""Settings come from the nearest place that says something, and a mistake names its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.api import InvalidInput
from playground.config import ENVIRONMENT, load_settings


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    for variable in ENVIRONMENT:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PLAYGROUND_CONFIG_HOME", str(tmp_path))
    return tmp_path


def test_flags_go_before_the_environment_and_that_before_the_file(folder, monkeypatch):
    (folder / "config.toml").write_text('model = "a"\ndevice = "cpu"\ndtype = "int8"\n')
    monkeypatch.setenv("PLAYGROUND_MODEL", "b")
    monkeypatch.setenv("PLAYGROUND_DEVICE", "mps")
    settings = load_settings({"model": "c"})
    assert (settings.model, settings.device, settings.dtype) == ("c", "mps", "int8")


def test_without_anything_there_are_defaults():
    assert load_settings().model == "shakespeare-rnn"


@pytest.mark.parametrize(
    ("text", "offline"), [("1", True), ("0", False), ("no", False), ("", False)]
)
def test_switches_in_the_environment(monkeypatch, text, offline):
    monkeypatch.setenv("PLAYGROUND_OFFLINE", text)
    assert load_settings().offline is offline


def test_folders_in_the_environment_are_separated_like_paths(monkeypatch, folder):
    monkeypatch.setenv("PLAYGROUND_PLUGINS_DIR", "/a:/b")
    assert load_settings().plugin_folders == (Path("/a"), Path("/b"), folder / "plugins")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("modle = 'x'", "config.toml has an unknown setting 'modle'"),
        ("max_tokens = 'many'", "config.toml .*max_tokens"),
        ("model = ", "cannot read .*config.toml"),
    ],
)
def test_a_mistake_in_the_file_names_it(folder, text, message):
    (folder / "config.toml").write_text(text)
    with pytest.raises(InvalidInput, match=message):
        load_settings()
