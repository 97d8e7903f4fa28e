"""A front end of the session process loads no arrays, no models and no server: it starts at once."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

LIST_MODULES = """
import sys
sys.argv[0] = "playground"
from playground.ui.cli.main import main
try:
    main()
finally:
    print(" ".join(sys.modules), file=sys.stderr)
"""
HEAVY = {"asyncio", "numpy", "starlette", "tokenizers", "torch", "transformers", "uvicorn"}


@pytest.mark.parametrize(
    "words",
    [
        ["gen", "ROMEO:", "--max-tokens", "1"],
        ["score", "To be"],
        ["next", "To be"],
        ["fill", "the quick [MASK] jumps", "-m", "tiny-bert"],
        ["worker", "status"],
    ],
)
def test_a_command_that_is_answered_by_it(user, bert_folder, words):
    shutil.copytree(bert_folder, user.folder / "data" / "models" / "tiny-bert")
    # It brings a model for tests, which numpy computes.
    (user.folder / "config" / "plugins" / "scripted_models.py").unlink()
    ran = subprocess.run(
        [sys.executable, "-c", LIST_MODULES, *words], capture_output=True, text=True, timeout=180
    )
    assert ran.returncode == 0, ran.stderr
    modules = set(ran.stderr.splitlines()[-1].split())
    assert modules & HEAVY == set()
    assert not {name for name in modules if name.startswith("playground.engine")}
