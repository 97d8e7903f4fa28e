"""The char-RNN at the engine's border."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from playground.api import InvalidInput, Read
from playground.testing import BackendContract
from playground_charrnn.backend import CharRnnBackend
from playground_charrnn.config import Cell

from .conftest import config, write_model


class CharRnnContract(BackendContract):
    cell: Cell

    def backend(self) -> CharRnnBackend:
        return CharRnnBackend()

    def folder(self) -> Path:
        folder = Path(tempfile.mkdtemp())
        write_model(folder, config(self.cell, layers=3, hidden=17))
        return folder


class TestLstm(CharRnnContract):
    cell = "lstm"


class TestGru(CharRnnContract):
    cell = "gru"


class TestPlainRnn(CharRnnContract):
    cell = "rnn"


def load(folder: Path, **options: str):  # type: ignore[no-untyped-def]
    return CharRnnBackend().load(folder, device="auto", dtype="auto", **options)


def test_un_reads_to_the_beginning_only(folder: Path) -> None:
    model = load(folder)
    state = model.read([Read(model.start(), (1, 2, 3))])[0].state
    assert model.rewind(state, 3) is state
    assert model.rewind(state, 2) is None
    assert model.rewind(state, 0).length == 0


def test_a_state_cannot_be_written(folder: Path) -> None:
    model = load(folder)
    state = model.read([Read(model.start(), (1, 2, 3))])[0].state
    for value in (state, model.start()):
        with pytest.raises(ValueError, match="read-only"):
            value.memory[0] = 1


def test_a_state_of_a_batch_holds_its_own_memory_only(folder: Path) -> None:
    model = load(folder)
    readings = model.read([Read(model.start(), (1,))] * 8)
    assert all(r.state.memory.base is None for r in readings)
    assert readings[0].state.nbytes == 2 * 2 * 12 * np.dtype(np.float32).itemsize


def test_a_read_of_an_older_state_of_another_kind_is_refused(folder: Path) -> None:
    class Other:
        length, nbytes = 0, 0

    with pytest.raises(TypeError, match="cannot go on from a Other"):
        load(folder).read([Read(Other(), (1,))])


def test_unknown_characters_are_refused_or_dropped_as_asked(folder: Path) -> None:
    with pytest.raises(InvalidInput, match="'X'"):
        load(folder).tokenizer.encode("aXb")
    dropping = load(folder, unknown="drop").tokenizer
    assert dropping.encode("aXb") == dropping.encode("ab")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"unknown": "guess"}, "unknown must be error or drop"),
        ({"dialect": "hf"}, "no option 'dialect'"),
    ],
)
def test_other_options_are_refused(folder: Path, options: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        load(folder, **options)
    with pytest.raises(InvalidInput, match=said):
        CharRnnBackend().tokenizer(folder, **options)


@pytest.mark.parametrize(("device", "dtype"), [("cuda", "auto"), ("auto", "int8")])
def test_a_device_or_type_it_does_not_have_is_refused(
    folder: Path, device: str, dtype: str
) -> None:
    with pytest.raises(InvalidInput):
        CharRnnBackend().load(folder, device=device, dtype=dtype)


def test_the_card_counts_parameters_by_module(folder: Path) -> None:
    card = CharRnnBackend().card(folder)
    assert card.modules == {
        "embedding": 31 * 5,
        "layer 0": 48 * (5 + 12 + 2),
        "layer 1": 48 * (12 + 12 + 2),
        "head": 31 * 13,
    }
    assert card.parameters == sum(card.modules.values())
    assert card.notes["validation loss"] == "1.5"
    assert card.notes["recipe"] == "seed 1"
    assert card.notes["stored as"] == "float32"


def imported(code: str) -> set[str]:
    """Which of the heavy packages running `code` imports."""
    heavy = "{'torch', 'transformers', 'numpy', 'safetensors', 'click'}"
    program = f"{code}\nimport sys; print(*({heavy} & set(sys.modules)))"
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(found.stdout.split())


def test_registering_imports_nothing_heavy() -> None:
    code = """
import playground_charrnn as p
p.register_backends(); p.register_models()
"""
    assert imported(code) == set()


def test_decoding_does_not_import_torch(folder: Path) -> None:
    code = f"""
from pathlib import Path
from playground.api import Read
from playground_charrnn import CharRnnBackend
backend = CharRnnBackend()
backend.card(Path({str(folder)!r}))
model = backend.load(Path({str(folder)!r}), device="auto", dtype="auto")
model.read([Read(model.start(), (1, 2))])
"""
    assert imported(code) == {"numpy", "safetensors"}
