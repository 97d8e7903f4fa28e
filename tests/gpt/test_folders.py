"""Model folders: what is read of them, and what a folder that is not what it claims gets."""

from __future__ import annotations

import json
import shutil
import struct

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from playground.api import InvalidInput, ModelUnavailable, Read
from playground_gpt import GptBackend

BACKEND = GptBackend()


@pytest.fixture
def folder(tiny, tmp_path):
    """A copy that a test may damage."""
    return shutil.copytree(tiny[0], tmp_path / "model")


def load(folder, **options):
    return BACKEND.load(folder, device="cpu", dtype="float32", **options)


def edit_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def edit_weights(folder, change):
    tensors = load_file(folder / "model.safetensors")
    save_file(change(tensors), folder / "model.safetensors")


def logits(folder):
    model = load(folder)
    return model.read([Read(model.start(), [1, 2, 3])])[0].logits


@pytest.mark.parametrize(
    ("config", "parameters"),
    [
        ({"model_type": "gpt2"}, 124_439_808),
        ({"model_type": "gpt2", "n_embd": 1024, "n_layer": 24, "n_head": 16}, 354_823_168),
        ({"model_type": "gpt2", "n_embd": 1280, "n_layer": 36, "n_head": 20}, 774_030_080),
        ({"model_type": "gpt2", "n_embd": 1600, "n_layer": 48, "n_head": 25}, 1_557_611_200),
        ({"model_type": "openai-gpt"}, 116_534_784),
    ],
)
def test_parameters_of_the_published_models(config, parameters):
    from playground_gpt.architecture import parse

    assert sum(parse(config, "config").modules().values()) == parameters


def test_the_card_counts_what_transformers_counts(tiny):
    folder, oracle = tiny
    card = BACKEND.card(folder)
    assert card.parameters == sum(parameter.numel() for parameter in oracle.parameters())
    assert sum(card.modules.values()) == card.parameters
    assert (card.layers, card.width, card.heads, card.context_length) == (3, 24, 4, 40)


def test_a_card_names_tensors_that_no_decoder_uses(folder):
    edit_weights(folder, lambda tensors: {**tensors, "score.weight": torch.zeros(2, 24)})
    assert BACKEND.card(folder).notes["unused tensors"] == "score.weight"


@pytest.mark.parametrize("prefixed", [True, False])
def test_names_with_and_without_the_prefix_are_the_same(folder, prefixed):
    before = logits(folder)

    def rename(tensors):
        bare = {name.removeprefix("transformer."): tensor for name, tensor in tensors.items()}
        return (
            {f"transformer.{name}": tensor for name, tensor in bare.items()} if prefixed else bare
        )

    edit_weights(folder, rename)
    np.testing.assert_array_equal(logits(folder), before)


def test_masks_of_older_files_and_a_tied_head_are_passed_over(folder):
    before = logits(folder)
    masks = {f"h.{i}.attn.bias": torch.ones(1, 1, 40, 40, dtype=torch.uint8) for i in range(3)}
    edit_weights(
        folder, lambda tensors: {**tensors, **masks, "lm_head.weight": torch.zeros(300, 24)}
    )
    np.testing.assert_array_equal(logits(folder), before)
    assert list(BACKEND.card(folder).notes) == ["decoder on the CPU"]


def test_weights_in_several_files_are_one_model(tiny, folder):
    before = logits(folder)
    (folder / "model.safetensors").unlink()
    tiny[1].save_pretrained(folder, max_shard_size="20KB")
    assert len(list(folder.glob("*.safetensors"))) > 1
    np.testing.assert_array_equal(logits(folder), before)


def refused(folder, match):
    for door in (BACKEND.card, load):
        with pytest.raises(ModelUnavailable, match=match) as caught:
            door(folder)
        assert caught.value.exit_code == 3


def test_a_part_that_the_index_names_and_is_missing(tiny, folder):
    (folder / "model.safetensors").unlink()
    tiny[1].save_pretrained(folder, max_shard_size="20KB")
    part = sorted(folder.glob("model-*.safetensors"))[0]
    part.unlink()
    refused(folder, part.name)


def test_an_index_that_points_out_of_its_folder(folder):
    (folder / "model.safetensors").rename(folder.parent / "stolen.safetensors")
    index = {"weight_map": {"wte.weight": "../stolen.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    refused(folder, "points out of its folder")


def test_an_index_that_is_none(folder):
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text('{"weight_map": [1]}')
    refused(folder, "not an index")


def test_a_folder_with_a_pickle_only(folder):
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    refused(folder, r"pickle \(pytorch_model.bin\)")


def test_a_folder_without_weights(folder):
    (folder / "model.safetensors").unlink()
    refused(folder, "holds no model.safetensors")


def test_a_folder_that_is_not_there(tmp_path):
    refused(tmp_path / "nowhere", "no folder")


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_weights_that_end_too_soon(folder, share):
    path = folder / "model.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    refused(folder, "cannot read .*model.safetensors")


def test_a_header_that_claims_more_than_any_model_needs(folder):
    path = folder / "model.safetensors"
    path.write_bytes(struct.pack("<Q", 2**40) + path.read_bytes()[8:])
    refused(folder, r"header of 1,099,511,627,776 bytes")


def test_a_header_of_a_million_tensors(folder):
    entries = (
        f'"t{i:07}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}' for i in range(10**6)
    )
    header = ("{" + ",".join(entries) + "}").encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    refused(folder, "header of")


@pytest.mark.parametrize("offsets", [[0, 10**12], [-4, 0], [8, 4], [0, 4]])
def test_a_header_whose_offsets_lie(folder, offsets):
    path = folder / "model.safetensors"
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    name = next(name for name in header if name.endswith("wte.weight") or "tokens_embed" in name)
    header[name]["data_offsets"] = offsets
    lying = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(lying)) + lying + data[8 + length :])
    refused(folder, "cannot read .*model.safetensors")


def test_a_missing_tensor_is_named(folder):
    def without(tensors):
        return {name: tensor for name, tensor in tensors.items() if "h.1.mlp.c_fc.bias" not in name}

    edit_weights(folder, without)
    refused(folder, "lack the tensor h.1.mlp.c_fc.bias")


def test_a_tensor_of_another_shape_is_named_with_both_shapes(folder):
    edit_config(folder, n_positions=41)
    refused(
        folder, r"(wpe|positions_embed).weight .*\(40, 24\), but config.json asks for \(41, 24\)"
    )


def test_weights_that_are_no_floating_point_numbers(folder):
    def whole(tensors):
        return {
            n: t.to(torch.int32) if n.endswith("ln_1.weight") else t for n, t in tensors.items()
        }

    edit_weights(folder, whole)
    refused(folder, "holds I32")


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"n_head": 5}, "cannot be divided among 5 heads"),
        ({"n_layer": 0}, "n_layer"),
        ({"n_layer": 10**9}, "n_layer"),
        ({"n_embd": "wide"}, "n_embd"),
        ({"vocab_size": -1}, "vocab_size"),
        ({"layer_norm_epsilon": 0}, "layer_norm_epsilon"),
        ({"activation_function": "swiglu", "afn": "swiglu"}, "swiglu"),
    ],
)
def test_a_configuration_that_no_gpt_can_have(folder, changes, match):
    edit_config(folder, **changes)
    refused(folder, match)


def test_a_gpt2_that_attends_to_an_encoder_is_refused(make_folder, tmp_path):
    folder = shutil.copytree(make_folder("gpt2")[0], tmp_path / "model")
    edit_config(folder, add_cross_attention=True)
    refused(folder, "attends to an encoder")


@pytest.mark.parametrize("text", ["", "{", "[]", "\xff"])
def test_a_configuration_that_is_no_json_object(folder, text):
    (folder / "config.json").write_text(text, encoding="latin-1")
    refused(folder, "config.json")


def test_a_folder_without_a_configuration(folder):
    (folder / "config.json").unlink()
    refused(folder, "no config.json")


@pytest.mark.parametrize("name", ["vocab.json", "merges.txt"])
def test_a_missing_tokenizer_names_the_file(folder, name):
    (folder / name).unlink()
    for door in (BACKEND.tokenizer, load):
        with pytest.raises(ModelUnavailable, match=name) as caught:
            door(folder)
        assert caught.value.hint


def test_a_tokenizer_that_cannot_be_read(folder):
    (folder / "vocab.json").write_text("{")
    with pytest.raises(ModelUnavailable, match="cannot read the tokenizer"):
        load(folder)


def test_a_tokenizer_of_another_model(folder, real_tokenizer, model_type):
    source = real_tokenizer("gpt2" if model_type == "gpt2" else "gpt1")
    for name in ("vocab.json", "merges.txt"):
        shutil.copy(source / name, folder / name)
    with pytest.raises(ModelUnavailable, match=r"knows [\d,]+ tokens, but the model 300"):
        load(folder)


def test_loading_reads_no_weights_before_they_are_used(folder, decoder):
    """The tensors are mapped from the file, so the file's own bytes are the model's memory."""
    model = load(folder, decoder=decoder)
    with safe_open(folder / "model.safetensors", framework="np") as file:
        name = next(name for name in list(file.keys()) if "wte" in name or "tokens_embed" in name)
        embedding = file.get_tensor(name)
    before = model.read([Read(model.start(), [7])])[0].logits
    held = model._held[0] if decoder == "native" else model._parts.tokens.numpy()
    np.testing.assert_array_equal(held, embedding)
    assert not held.flags.owndata
    (folder / "model.safetensors").unlink()  # a mapping outlives the name
    np.testing.assert_array_equal(model.read([Read(model.start(), [7])])[0].logits, before)


@pytest.mark.parametrize(
    ("device", "dtype", "match"),
    [
        ("tpu", "auto", "unknown device"),
        ("meta", "auto", "unknown device"),
        ("cuda:99", "auto", "no device cuda:99"),
        ("cpu", "float64", "unknown number type"),
        ("cpu", "int4", "unknown number type"),
    ],
)
def test_a_device_or_type_that_is_not_here(tiny, device, dtype, match):
    with pytest.raises(InvalidInput, match=match) as caught:
        BACKEND.load(tiny[0], device=device, dtype=dtype)
    assert caught.value.hint


def test_int8_is_for_the_cpu():
    from playground_gpt.on_torch.device import resolve_dtype

    with pytest.raises(InvalidInput, match="on the CPU only, not on cuda"):
        resolve_dtype("int8", torch.device("cuda", 0))


def test_unknown_options_are_refused(tiny):
    with pytest.raises(InvalidInput, match="no option 'accent'"):
        load(tiny[0], accent="northern")
    with pytest.raises(InvalidInput, match="dialect must be hf or openai"):
        load(tiny[0], dialect="klingon")


def test_gpt2_has_no_dialects(make_folder):
    with pytest.raises(InvalidInput, match="only GPT-1 has token dialects"):
        load(make_folder("gpt2")[0], dialect="openai")
