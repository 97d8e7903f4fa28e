"""The cache is where huggingface_hub itself has it, and reading it needs neither it nor the network."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from playground.engine import hub_cache

VARIABLES = ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME")


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"XDG_CACHE_HOME": "/x"},
        {"HF_HOME": "~/h", "XDG_CACHE_HOME": "/x"},
        {"HUGGINGFACE_HUB_CACHE": "/old", "HF_HOME": "/h"},
        {"HF_HUB_CACHE": "$HOME/c", "HUGGINGFACE_HUB_CACHE": "/old"},
    ],
)
def test_the_cache_is_where_huggingface_hub_has_it(monkeypatch, chosen):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    program = "from huggingface_hub.constants import HF_HUB_CACHE; print(HF_HUB_CACHE)"
    ran = subprocess.run(
        [sys.executable, "-c", program], env=os.environ, capture_output=True, text=True, check=True
    )
    assert str(hub_cache.cache_folder()) == ran.stdout.strip()


@pytest.mark.parametrize(
    "name", ["gpt2", "a/b/c", "../x", "a/..", "/a", "a/", "a--b/c", "a b/c", "-a/b"]
)
def test_what_cannot_be_a_repository(name):
    assert not hub_cache.is_repository(name)


def test_repositories_are_found_again(cache, make_download):
    make_download("org/name-1.5_b")
    (cache / "datasets--org--data").mkdir()
    (cache / "models--badly").mkdir()
    assert list(hub_cache.repositories(cache)) == ["org/name-1.5_b"]


def test_a_mark_that_names_no_commit_is_not_followed(cache, make_download):
    folder = make_download("a/b")
    (hub_cache.repository_folder(cache, "a/b") / "refs" / "main").write_text("../../../etc")
    assert hub_cache.snapshot(cache, "a/b") == folder


def test_nothing_is_there_without_a_cache(tmp_path):
    assert list(hub_cache.repositories(tmp_path / "none")) == []
    assert hub_cache.snapshot(tmp_path / "none", "a/b") is None
