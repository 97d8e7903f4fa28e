"""What the package registers, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

import playground_gpt
from playground.api import Backend

NAMES = ["gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl", "distilgpt2", "gpt1", "gpt1-openai"]


def test_the_names_of_the_published_models():
    sources = {
        source.name: source for source in playground_gpt.register_models() if source.repository
    }
    assert list(sources) == NAMES
    assert sources["gpt1"].repository == sources["gpt1-openai"].repository
    assert sources["gpt1-openai"].options == {"dialect": "openai"}
    assert all(source.repository and source.summary for source in sources.values())


def test_one_backend_for_both_kinds_and_no_other():
    (backend,) = playground_gpt.register_backends()
    known: Backend = backend
    assert known.name == "gpt"
    assert known.recognises({"model_type": "gpt2"})
    assert known.recognises({"model_type": "openai-gpt"})
    assert not known.recognises({"model_type": "llama"})
    assert not known.recognises({})


def test_importing_the_plugin_imports_nothing_heavy():
    heavy = ("torch", "numpy", "transformers", "tokenizers", "safetensors")
    code = f"import sys, playground_gpt; print([m for m in {heavy!r} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_drawing_a_card_needs_no_torch(make_folder):
    folder, _ = make_folder("gpt2")
    code = (
        "import sys, pathlib; from playground_gpt import GptBackend; "
        f"GptBackend().card(pathlib.Path({str(folder)!r})); print('torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
