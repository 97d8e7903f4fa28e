"""A session process is another one when any file of the program differs."""

from __future__ import annotations

import os

import pytest

from playground.protocol import identity


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "one.py").write_text("x = 1\n")
    return tmp_path


def test_it_is_the_same_as_long_as_nothing_changes(folder):
    assert identity.identity_of([folder]) == identity.identity_of([folder])


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "one.py").write_text("x = 12\n"),
        lambda folder: os.utime(folder / "one.py", (1, 1)),
        lambda folder: (folder / "two.py").write_text(""),
        lambda folder: (folder / "one.py").unlink(),
        lambda folder: (folder / "one.py").rename(folder / "other.py"),
    ],
)
def test_a_plugin_that_is_saved_comes_or_goes_changes_it(folder, change):
    before = identity.identity_of([folder])
    change(folder)
    assert identity.identity_of([folder]) != before


def test_what_is_no_plugin_does_not_change_it(folder):
    before = identity.identity_of([folder])
    (folder / "notes.txt").write_text("")
    (folder / "test_one.py").write_text("")
    assert identity.identity_of([folder]) == before


def test_a_file_of_the_package_or_of_an_installed_plugin_changes_it(folder, tmp_path, monkeypatch):
    before = identity.identity_of([])
    monkeypatch.setattr(identity, "PACKAGE", folder)
    assert identity.identity_of([]) != before
    monkeypatch.undo()
    monkeypatch.setattr(identity, "_where", lambda module: [str(folder)])
    assert identity.identity_of([]) != before


def test_another_version_changes_it(monkeypatch):
    before = identity.identity_of([])
    monkeypatch.setattr(identity, "version", lambda: "9.9")
    assert identity.identity_of([]) != before
