"""What the files of a folder say before anything is loaded, and what broken ones get."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import transformers
from safetensors.torch import load_file, save_file

from playground.api import InvalidInput, ModelUnavailable
from playground.plugins import load_plugins
from playground_hub import HubBackend

FolderOf = Callable[[str], Path]


@pytest.fixture
def llama(family_folder: FolderOf, tmp_path: Path) -> Path:
    """A folder that a test may damage."""
    return Path(shutil.copytree(family_folder("llama"), tmp_path / "llama"))


def edit(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def load(folder: Path) -> None:
    HubBackend().load(folder, device="cpu", dtype="float32")


@pytest.mark.parametrize("family", ["llama", "qwen2", "gpt_neox", "mamba", "rwkv"])
def test_the_card_counts_as_transformers_counts(family_folder: FolderOf, family: str) -> None:
    card = HubBackend().card(family_folder(family))
    oracle = transformers.AutoModelForCausalLM.from_pretrained(family_folder(family))
    assert card.parameters == oracle.num_parameters() == sum(card.modules.values())
    assert (card.layers, card.width, card.vocabulary) == (2, 32, 320)


def test_the_card_names_the_modules(family_folder: FolderOf) -> None:
    modules = HubBackend().card(family_folder("llama")).modules
    assert {"embed_tokens", "layers.self_attn", "layers.mlp", "norm", "lm_head"} <= set(modules)


def test_shards_are_one_model(llama: Path) -> None:
    whole = HubBackend().card(llama)
    model = transformers.AutoModelForCausalLM.from_pretrained(llama)
    (llama / "model.safetensors").unlink()
    model.save_pretrained(llama, max_shard_size="40KB")
    assert (llama / "model.safetensors.index.json").is_file()
    assert HubBackend().card(llama).parameters == whole.parameters
    load(llama)
    next(llama.glob("model-00002-*")).unlink()
    with pytest.raises(ModelUnavailable, match="lacks model-00002"):
        load(llama)


def test_an_index_cannot_point_out_of_its_folder(llama: Path) -> None:
    index = {"weight_map": {"x": "../../secret.safetensors"}}
    (llama / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelUnavailable, match="out of its folder"):
        load(llama)


def test_truncated_weights_are_refused(llama: Path) -> None:
    path = llama / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelUnavailable, match="cannot read"):
        load(llama)


def test_a_boundless_header_is_refused_unread(llama: Path) -> None:
    (llama / "model.safetensors").write_bytes((2**40).to_bytes(8, "little") + b"{}")
    with pytest.raises(ModelUnavailable, match="claims a header of 1,099,511,627,776 bytes"):
        load(llama)


def test_missing_tensors_are_never_filled_with_random_numbers(llama: Path) -> None:
    path = llama / "model.safetensors"
    tensors = load_file(path)
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, path, {"format": "pt"})
    with pytest.raises(ModelUnavailable, match="missing_keys model.layers.1.mlp.up_proj.weight"):
        load(llama)


def test_tensors_of_another_shape_are_refused(llama: Path) -> None:
    edit(llama, intermediate_size=64)
    with pytest.raises(ModelUnavailable):
        load(llama)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_hidden_layers": 20_000}, "says 20,000 layers, the weights hold 2"),
        ({"hidden_size": 10_000_000}, "asks for .* parameters, the weights hold 36,000"),
        ({"intermediate_size": 10**12}, "asks for .* parameters"),
        ({"hidden_size": "wide"}, "cannot load 'llama'"),
    ],
)
def test_a_configuration_that_asks_for_the_moon_takes_no_memory(
    llama: Path, changes: dict[str, object], message: str
) -> None:
    edit(llama, **changes)
    with pytest.raises(ModelUnavailable, match=message):
        load(llama)


def test_an_unknown_family_and_code_of_its_own_are_refused(llama: Path) -> None:
    edit(llama, model_type="grown_at_home", auto_map={"AutoModelForCausalLM": "x.Y"})
    with pytest.raises(ModelUnavailable, match="grown_at_home") as caught:
        load(llama)
    assert "never run" in caught.value.hint


def test_a_model_that_reads_both_ways_is_refused(tmp_path: Path, llama: Path) -> None:
    shape = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4}
    config = transformers.BertConfig(**shape, intermediate_size=48, vocab_size=320)
    transformers.BertLMHeadModel(config).save_pretrained(tmp_path)
    shutil.copy(llama / "tokenizer.json", tmp_path)
    with pytest.raises(ModelUnavailable, match="does not continue text"):
        load(tmp_path)


@pytest.mark.parametrize(
    "config",
    [
        {"model_type": "bert", "architectures": ["BertForPreTraining"]},
        {"model_type": "t5", "architectures": ["T5ForConditionalGeneration"]},
        {"model_type": "bart", "architectures": ["BartForCausalLM"], "is_encoder_decoder": True},
        {"model_type": "llama", "architectures": "LlamaForCausalLM"},
    ],
)
def test_what_neither_continues_text_nor_fills_masks_is_not_recognised(
    config: dict[str, object],
) -> None:
    assert not HubBackend().recognises(config)


@pytest.mark.parametrize(
    ("device", "dtype"),
    [("abacus", "auto"), ("cuda:99", "auto"), ("cpu", "float8"), ("meta", "auto")],
)
def test_a_device_or_type_that_is_not_there_is_refused(
    llama: Path, device: str, dtype: str
) -> None:
    with pytest.raises(InvalidInput):
        HubBackend().load(llama, device=device, dtype=dtype)


def test_backends_for_one_family_go_before_this_one() -> None:
    assert load_plugins().backends_in_order()[-1].name == "hub"


def test_loading_uses_no_network(llama: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, forbidden)
    load(llama)


def test_cards_and_tokenizers_import_neither_torch_nor_transformers(llama: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from playground_hub import HubBackend as B\n"
        f"folder = Path({str(llama)!r}); B().card(folder); B().tokenizer(folder).encode('the')\n"
        "assert not {'torch', 'transformers'} & set(sys.modules), 'heavy'"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
