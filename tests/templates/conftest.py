from __future__ import annotations

import os
from pathlib import Path

import pytest

from playground.api import Template
from playground.session.template_files import read_template


@pytest.fixture
def write(tmp_path):
    """Writes a file of templates and returns its path."""

    def write(text: str | bytes, name: str = "mine.toml") -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


@pytest.fixture
def parsed(write):
    """The template in a TOML text."""

    def parsed(text: str) -> Template:
        return read_template(write(text))

    return parsed


@pytest.fixture(scope="session")
def gpt2_encode():
    """GPT-2's own tokenizer, as a function from text to ids."""
    root = Path(__file__).parents[2]
    data = Path(os.environ.get("PLAYGROUND_DATA", root.parent / "shared" / "data"))
    folder = data / "tokenizers" / "gpt2"
    if not folder.is_dir():
        pytest.skip(f"needs {folder}")
    from tokenizers.implementations import ByteLevelBPETokenizer

    tokenizer = ByteLevelBPETokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"))
    return lambda text: tokenizer.encode(text).ids
