"""The hash of a model is of all that it computes with, and cheap to ask for again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from playground.engine import identity
from playground.engine.identity import ModelHash, model_hash, versions


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("PLAYGROUND_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model-1.safetensors").write_bytes(b"a" * 100)
    (folder / "model-2.safetensors").write_bytes(b"b" * 100)
    return folder


@pytest.fixture
def read(monkeypatch) -> list[str]:
    """The files whose content is read."""
    files: list[str] = []
    digest = identity.hashlib.file_digest

    def reading(stream, kind):
        files.append(Path(stream.name).name)
        return digest(stream, kind)

    monkeypatch.setattr(identity.hashlib, "file_digest", reading)
    return files


@pytest.mark.parametrize("name", ["config.json", "model-1.safetensors", "model-2.safetensors"])
def test_a_byte_of_any_file_changes_it(folder, name):
    before = model_hash(folder)
    file = folder / name
    file.write_bytes(b"#" + file.read_bytes()[1:])
    assert model_hash(folder) != before


def test_where_the_model_lies_and_what_lies_beside_it_do_not_change_it(folder):
    before = model_hash(folder)
    (folder / "README.md").write_text("hello")
    moved = folder.rename(folder.with_name("elsewhere"))
    assert model_hash(moved) == before


def test_files_that_have_not_changed_are_not_read_again(folder, read):
    first = model_hash(folder)
    assert sorted(read) == ["config.json", "model-1.safetensors", "model-2.safetensors"]
    read.clear()
    assert model_hash(folder) == first
    assert read == []


def test_only_the_file_that_changed_is_read_again(folder, read):
    model_hash(folder)
    read.clear()
    file = folder / "model-2.safetensors"
    facts = file.stat()
    file.write_bytes(b"c" * 100)
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns + 1))
    model_hash(folder)
    assert read == ["model-2.safetensors"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"a": 1}', b"\xff"])
def test_a_damaged_cache_is_none(folder, tmp_path, content):
    expected = model_hash(folder)
    (tmp_path / "cache" / "digests.json").write_bytes(content)
    assert model_hash(folder) == expected


def test_without_a_cache_that_can_be_written_it_is_computed(folder, tmp_path, monkeypatch):
    expected = model_hash(folder)
    (tmp_path / "file").touch()
    monkeypatch.setenv("PLAYGROUND_CACHE_HOME", str(tmp_path / "file" / "below"))
    assert model_hash(folder) == expected


def test_files_that_cannot_be_read_have_no_hash(tmp_path):
    assert ModelHash(tmp_path / "nothing").value == ""


def test_versions_are_of_what_is_loaded():
    import numpy

    assert versions()["numpy"] == numpy.__version__
    assert "playground" in versions()
