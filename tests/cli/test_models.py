"""`playground models`: the list, the card and the places, for people and for programs."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from playground.engine.hub_cache import repository_folder

CONFIG = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "num_hidden_layers": 2,
    "hidden_size": 8,
    "num_attention_heads": 2,
    "max_position_embeddings": 64,
    "vocab_size": 40,
}
SHAPES = {
    "model.embed_tokens.weight": [40, 8],
    "model.layers.0.self_attn.q_proj.weight": [8, 8],
    "model.layers.1.self_attn.q_proj.weight": [8, 8],
    "model.norm.weight": [8],
}
PARAMETERS = 40 * 8 + 2 * 8 * 8 + 8


@pytest.fixture(autouse=True)
def cache(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub cache of the test's own."""
    monkeypatch.setenv("HF_HUB_CACHE", str(home / "hub"))
    return home / "hub"


@pytest.fixture
def llama(home: Path) -> Path:
    return write_model(home / "data" / "models" / "llama")


def write_model(folder: Path) -> Path:
    """A folder whose weights are all zero, written without torch."""
    folder.mkdir(parents=True)
    header, place = {}, 0
    for name, shape in SHAPES.items():
        size = 4 * shape[0] * (shape[1] if len(shape) > 1 else 1)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [place, place + size]}
        place += size
    text = json.dumps(header).encode()
    weights = len(text).to_bytes(8, "little") + text + bytes(place)
    (folder / "model.safetensors").write_bytes(weights)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    return folder


def listed(playground) -> dict[str, dict]:
    return {
        entry["name"]: entry
        for entry in json.loads(playground.run("models", "list", "--json").stdout)
    }


def test_the_list_tells_what_is_here_and_what_is_not(playground, llama):
    models = listed(playground)
    assert models["llama"] | {"summary": ""} == {
        "name": "llama",
        "kind": "folder",
        "ready": True,
        "problem": None,
        "summary": "",
        "folder": str(llama),
        "repository": None,
    }
    assert models["gpt2"]["problem"] == "not downloaded"
    assert models["gpt2"]["repository"] == "openai-community/gpt2"


def test_the_list_for_people(playground, llama):
    lines = playground.run("models", "list").stdout.splitlines()
    assert lines[0].split() == ["name", "kind", "state", "what"]
    assert next(x for x in lines if "llama" in x).split()[:3] == ["llama", "folder", "ready"]
    assert "not downloaded" in next(x for x in lines if x.startswith("gpt2 "))


def test_downloads_are_listed_by_the_name_that_a_plugin_gave_them(playground, cache):
    base = repository_folder(cache, "openai-community/gpt2")
    folder = write_model(base / "snapshots" / ("a" * 40))
    write_model(repository_folder(cache, "some/llama") / "snapshots" / ("b" * 40))
    models = listed(playground)
    assert models["gpt2"]["folder"] == str(folder)
    assert models["some/llama"]["ready"]
    assert "openai-community/gpt2" not in models


def test_the_card_as_json(playground, llama):
    card = json.loads(playground.run("models", "show", "llama", "--json").stdout)
    expected = {
        "name": "llama",
        "folder": str(llama),
        "backend": "hub",
        "parameters": PARAMETERS,
        "context_length": 64,
        "vocabulary": 40,
        "layers": 2,
        "width": 8,
        "heads": 2,
        "bytes": {"float32": 4 * PARAMETERS, "bfloat16": 2 * PARAMETERS, "int8": PARAMETERS},
    }
    assert {key: card[key] for key in expected} == expected
    assert card["modules"] == {"embed_tokens": 320, "layers.self_attn": 128, "norm": 8}


def test_the_card_for_people(playground, llama):
    shown = playground.run("models", "show", str(llama)).stdout
    for line in ("parameters    456", "context       64 tokens", "as float32    1.8 kB"):
        assert line in shown
    assert "layers.self_attn         128  28.1 %" in shown


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show", "lama"), 3, "did you mean llama"),
        (("show", "gpt2"), 3, "playground models pull gpt2"),
        (("show", "llama(dialect=x)"), 2, "has no option 'dialect'"),
        (("pull", "llama"), 2, "on this machine"),
        (("pull", "nonsense"), 3, "there is no model"),
        (("show",), 2, "NAME"),
    ],
)
def test_mistakes_have_a_reason_and_a_code(playground, llama, words, code, said):
    ran = playground.run("models", *words)
    assert ran.exit_code == code
    assert said in ran.stderr
    assert ran.stdout == ""


def test_the_places_where_models_are_looked_for(playground, cache, home):
    places = json.loads(playground.run("models", "path", "--json").stdout)
    assert {"kind": "folder", "folder": str(home / "data" / "models")} in places
    assert places[-1] == {"kind": "hub", "folder": str(cache)}


def test_cards_are_read_without_torch_or_transformers(llama):
    program = (
        "import sys; sys.argv = ['playground', 'models', 'show', 'llama', '--json']\n"
        "from playground.ui.cli.main import main\n"
        "try: main()\n"
        "finally: print({'torch', 'transformers', 'huggingface_hub'} & set(sys.modules), file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=180
    )
    assert json.loads(ran.stdout)["parameters"] == PARAMETERS
    assert ran.stderr.splitlines()[-1] == "set()"


@pytest.mark.parametrize("words", [["list"], ["path"], ["show", "llama"]])
def test_everything_but_pull_works_without_a_network(playground, llama, monkeypatch, words):
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    ran = playground.run("--offline", "models", *words)
    assert ran.exit_code == 0, ran.stderr


def test_the_drift_of_number_types_is_told_and_so_is_what_a_model_refuses(playground):
    ran = playground.run("models", "show", "shakespeare-rnn", "--compare-dtypes", "--json")
    card = json.loads(ran.stdout)
    exact, *others = card["drift"]
    assert (exact["dtype"], exact["divergence"], exact["agreement"]) == ("float32", 0.0, 1.0)
    assert card["drift_tokens"] > 300
    assert {drift["dtype"] for drift in others if drift["refused"]} == {
        "bfloat16",
        "float16",
        "int8",
    }
