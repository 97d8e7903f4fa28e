"""Model folders: what is written is read, and what is wrong is said."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.api import ModelUnavailable
from playground_charrnn.backend import CharRnnBackend
from playground_charrnn.checkpoint import load_weights, rounded, save_weights, stored_dtype
from playground_charrnn.config import GATES, Config, load_config, save_config
from playground_charrnn.files import replace_file

from .conftest import config, random_weights, write_model

CONFIGS = st.builds(
    Config,
    cell=st.sampled_from(sorted(GATES)),
    layers=st.integers(1, 3),
    hidden_size=st.integers(1, 9),
    embedding_size=st.integers(0, 4),
    vocabulary=st.text(min_size=1, max_size=9, alphabet=st.characters(codec="utf-8")).map(
        lambda text: "".join(dict.fromkeys(text))
    ),
)


@settings(max_examples=15, deadline=None)
@given(CONFIGS, st.sampled_from(["float16", "float32"]))
def test_what_is_saved_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, shape: Config, dtype: str
) -> None:
    folder = tmp_path_factory.mktemp("model")
    weights = write_model(folder, shape, dtype)
    assert load_config(folder) == shape
    assert stored_dtype(folder, shape) == dtype
    loaded = load_weights(folder, shape)
    wanted = rounded(weights, dtype)
    assert loaded.keys() == wanted.keys()
    assert all((loaded[name] == wanted[name]).all() for name in wanted)
    assert all(array.dtype == np.float32 for array in loaded.values())


def test_a_file_is_replaced_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    replace_file(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def change_config(**changes: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return change


def change_weights(**changes: np.ndarray | None) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        weights = random_weights(config())
        for name, array in changes.items():
            name = name.replace("__", ".")
            weights.pop(name, None)
            if array is not None:
                weights[name] = array
        save_weights(folder, weights, "float32")

    return change


def delete(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def config_is_a_folder(folder: Path) -> None:
    (folder / "config.json").unlink()
    (folder / "config.json").mkdir()


def config_is_no_json(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def change_dtype(folder: Path) -> None:
    save_weights(folder, random_weights(config()), "float64")


def rewrite(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def rewriting(folder: Path) -> None:
        path = folder / "model.safetensors"
        path.write_bytes(change(path.read_bytes()))

    return rewriting


def lie(data: bytes) -> bytes:
    """A header that claims a tensor of terabytes."""
    header = json.dumps(
        {"head.bias": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}
    ).encode()
    return struct.pack("<Q", len(header)) + header + data[-64:]


def crowd(data: bytes) -> bytes:
    """A header of very many tensors."""
    entry = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
    header = json.dumps({f"t{i}": entry for i in range(100_000)}).encode()
    return struct.pack("<Q", len(header)) + header


def pickle_only(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "weights.pt")


BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "no config": (delete("config.json"), "has no config.json"),
    "config is a folder": (config_is_a_folder, "config.json cannot be read"),
    "config is no JSON": (config_is_no_json, "does not describe a char-RNN"),
    "another model": (change_config(model_type="gpt2"), "Invalid enum value 'gpt2'"),
    "unknown cell": (change_config(cell="mamba"), "Invalid enum value 'mamba'"),
    "no layers": (change_config(layers=0), r">= 1.*layers"),
    "monstrous": (change_config(hidden_size=10**9), r"<= 65536.*hidden_size"),
    "character twice": (change_config(vocabulary="aa"), "a character is there twice"),
    "no weights": (delete("model.safetensors"), "has no model.safetensors"),
    "pickle only": (pickle_only, "has no model.safetensors"),
    "empty": (rewrite(lambda data: b""), "truncated or not what it claims"),
    "truncated header": (rewrite(lambda data: data[:20]), "truncated or not what it claims"),
    "truncated data": (rewrite(lambda data: data[:-5]), "truncated or not what it claims"),
    "pickle inside": (rewrite(lambda data: b"\x80\x04" + data), "truncated or not what it claims"),
    "lying": (rewrite(lie), "truncated or not what it claims"),
    "crowded": (rewrite(crowd), "embedding.weight is missing"),
    "wrong shape": (
        change_weights(head__bias=np.zeros(30, np.float32)),
        r"head.bias has the shape \(30,\), not \(31,\)",
    ),
    "tensor missing": (change_weights(head__bias=None), "head.bias is missing"),
    "tensor too many": (
        change_weights(extra=np.zeros(1, np.float32)),
        "extra is not a parameter",
    ),
    "wrong type": (change_dtype, "stored as F64"),
    "other architecture": (change_config(cell="gru"), r"weight_ih_l0 has the shape"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_bad_folder_is_refused_with_the_reason(folder: Path, broken: str) -> None:
    damage, said = BROKEN[broken]
    damage(folder)
    backend = CharRnnBackend()
    for open_it in (
        lambda: backend.load(folder, device="auto", dtype="auto"),
        lambda: backend.card(folder),
    ):
        with pytest.raises(ModelUnavailable, match=said) as raised:
            open_it()
        assert str(folder) in raised.value.message


def test_weights_that_are_not_finite_are_refused(folder: Path) -> None:
    change_weights(head__bias=np.full(31, np.nan, np.float32))(folder)
    with pytest.raises(ModelUnavailable, match="head.bias holds values that are not finite"):
        load_weights(folder, config())


def test_a_pickle_is_named_and_never_opened(folder: Path) -> None:
    pickle_only(folder)
    with pytest.raises(ModelUnavailable) as raised:
        load_weights(folder, config())
    assert raised.value.hint.startswith("weights.pt is a pickle")


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable):
        CharRnnBackend().load(tmp_path / "nowhere", device="auto", dtype="auto")


def test_characters_of_any_kind_survive_the_configuration(tmp_path: Path) -> None:
    shape = Config(cell="rnn", layers=1, hidden_size=1, vocabulary='\0\x1b"\\é🦊\u202e')
    save_config(tmp_path, shape)
    assert load_config(tmp_path).vocabulary == shape.vocabulary
