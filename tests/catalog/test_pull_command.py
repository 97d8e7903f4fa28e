"""`playground models pull` as a person runs it, against a hub on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from playground.engine import hub_cache


@pytest.fixture
def run(endpoint, cache, tmp_path):
    def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        inherited = {
            k: v for k, v in os.environ.items() if not k.startswith(("PLAYGROUND_", "HF_"))
        }
        homes = {
            f"PLAYGROUND_{kind}_HOME": str(tmp_path / kind) for kind in ("CONFIG", "DATA", "CACHE")
        }
        settings = {"HF_ENDPOINT": endpoint, "HF_HUB_CACHE": str(cache)}
        return subprocess.run(
            [sys.executable, "-m", "playground", *words],
            env=inherited | homes | settings | environment,
            capture_output=True,
            text=True,
            timeout=180,
        )

    return run


def test_it_says_the_size_first_and_prints_the_folder(run, hub, cache):
    ran = run("models", "pull", "lab/tiny")
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.splitlines()[0] == "lab/tiny: 3 files, 2.1 MB"
    assert ran.stdout.strip() == str(hub_cache.snapshot(cache, "lab/tiny"))
    again = run("models", "pull", "lab/tiny", "--json")
    assert json.loads(again.stdout)["bytes"] == sum(map(len, hub.files.values()))
    assert "of it here already" in again.stderr


@pytest.mark.parametrize(
    ("words", "environment"), [(("--offline",), {}), ((), {"PLAYGROUND_OFFLINE": "1"})]
)
def test_offline_forbids_even_that(run, hub, words, environment):
    ran = run(*words, "models", "pull", "lab/tiny", **environment)
    assert ran.returncode == 3
    assert "network is forbidden" in ran.stderr
    assert ran.stdout == ""
    assert hub.requests == []


def test_a_model_that_does_not_exist(run):
    ran = run("models", "pull", "lab/nothing")
    assert ran.returncode == 3
    assert ran.stderr.startswith("error: the hub has no model lab/nothing")
    assert "Traceback" not in ran.stderr
