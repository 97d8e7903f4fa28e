"""Who may import whom, as contracts in pyproject.toml; and what the light paths really import."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODEL_LIBRARIES = {"torch", "transformers", "tokenizers", "safetensors", "huggingface_hub"}
FRONT_ENDS = {"click", "prompt_toolkit", "textual"}
BUILT_IN = ["charrnn", "gpt", "hub", "sampling", "search"]


def imported_by(code: str) -> set[str]:
    """The top-level modules that a fresh Python has after `code`."""
    code += (
        "\nimport json, sys; print(json.dumps([name for name in sys.modules if '.' not in name]))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(ran.stdout))


def test_the_import_contracts_are_kept():
    pytest.importorskip("importlinter", reason="import-linter is part of the extra `dev`")
    check = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    ran = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
    assert " KEPT" in ran.stdout


@pytest.mark.parametrize(
    "module",
    ["playground.api", "playground.api.hooks", "playground.registry", "playground.plugins"],
)
def test_the_public_surface_and_the_loader_import_no_arrays_no_models_and_no_front_end(module):
    heavy = imported_by(f"import {module}") & (MODEL_LIBRARIES | FRONT_ENDS | {"numpy"})
    assert heavy == set()


def test_listing_what_all_plugins_register_imports_no_arrays_and_no_models():
    code = "from playground.plugins import load_plugins\nassert not load_plugins().quarantined"
    assert imported_by(code) & (MODEL_LIBRARIES | FRONT_ENDS | {"numpy"}) == set()


@pytest.mark.parametrize("plugin", BUILT_IN)
def test_a_built_in_imports_nothing_of_the_project_but_the_public_surface(plugin):
    code = (
        f"import playground_{plugin}, sys\n"
        "ours = [name for name in sys.modules if name.startswith('playground.')]\n"
        "assert all(name.startswith('playground.api') for name in ours), ours"
    )
    assert f"playground_{plugin}" in imported_by(code)


def test_asking_for_candidates_is_what_imports_numpy():
    assert "numpy" in imported_by("from playground.api import Candidates")


def test_the_models_for_tests_need_no_model_library():
    assert imported_by("import playground.testing") & (MODEL_LIBRARIES | {"pytest"}) == set()
