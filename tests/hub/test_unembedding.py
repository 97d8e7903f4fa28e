"""What a layer would say: right for every family in which it is found, and refused by name elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from playground.api import InvalidInput, Need, Read
from playground.testing import decode
from playground_guidance.dola import Dola
from playground_hub import HubBackend
from playground_hub.unembedding import find_unembedding
from tests.hub.conftest import HEADS, SHAPE

FolderOf = Callable[[str], Path]
IDS = [5, 99, 17, 3, 250]
NORMS = {"llama": "model.norm", "qwen2": "model.norm", "gpt_neox": "gpt_neox.final_layer_norm"}
SMALL = {"n_embd": 32, "n_layer": 2, "n_head": 4, "vocab_size": 320}
OTHERS: dict[str, tuple[Any, str | None]] = {
    "gpt2": (transformers.GPT2Config(**SMALL), "transformer.ln_f"),
    "openai-gpt": (transformers.OpenAIGPTConfig(**SMALL), None),
    "opt": (
        transformers.OPTConfig(
            vocab_size=320,
            hidden_size=32,
            num_hidden_layers=2,
            ffn_dim=48,
            num_attention_heads=4,
            word_embed_proj_dim=32,
            max_position_embeddings=64,
        ),
        "model.decoder.final_layer_norm",
    ),
    "phi": (transformers.PhiConfig(**SHAPE, **HEADS), "model.final_layernorm"),
}


def theirs(network: Any, norm: str | None, ids: list[int], layer: int) -> Any:
    """By the module of that name, and the head."""
    with torch.no_grad():
        shown = network(torch.tensor([ids]), output_hidden_states=True)
        hidden = shown.hidden_states[layer][0]
        hidden = hidden if norm is None else network.get_submodule(norm)(hidden)
        return network.get_output_embeddings()(hidden).numpy()


@pytest.mark.parametrize("family", NORMS)
def test_a_layers_word_is_the_final_norm_and_the_head_on_its_output(
    family_folder: FolderOf, family: str
) -> None:
    folder = family_folder(family)
    model = HubBackend().load(folder, device="cpu", dtype="float32")
    oracle = transformers.AutoModelForCausalLM.from_pretrained(folder)
    reading = model.read([Read(model.start(), IDS, Need.LOGITS | Need.HIDDEN)])[0]
    for layer in (0, 1):
        expected = theirs(oracle, NORMS[family], IDS, layer)
        np.testing.assert_allclose(model.unembed(reading.hidden[layer]), expected, atol=1e-4)


@pytest.mark.parametrize("family", OTHERS)
def test_the_norm_is_found_whatever_it_is_called_and_wherever_it_is(family: str) -> None:
    config, norm = OTHERS[family]
    torch.manual_seed(0)
    network = transformers.AutoModelForCausalLM.from_config(config).eval()
    found = find_unembedding(network)
    assert found is not None
    with torch.no_grad():
        hidden = network(torch.tensor([IDS]), output_hidden_states=True).hidden_states[1][0]
        told = found(hidden).numpy()
    np.testing.assert_allclose(told, theirs(network, norm, IDS, 1), atol=1e-5)


def test_a_head_that_is_not_the_end_is_not_taken_for_one() -> None:
    """Cohere scales its logits."""
    config = transformers.CohereConfig(**SHAPE, **HEADS, logit_scale=0.25)
    network = transformers.AutoModelForCausalLM.from_config(config).eval()
    assert find_unembedding(network) is None


def test_a_family_that_cannot_be_taken_apart_is_refused_by_name(
    family_folder: FolderOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = HubBackend().load(family_folder("llama"), device="cpu", dtype="float32")
    monkeypatch.setattr("playground_hub.model.find_unembedding", lambda network: None)
    with pytest.raises(InvalidInput, match="a layer of LlamaForCausalLM would say cannot be told"):
        model.unembed(np.zeros((1, 32), np.float32))


def test_dola_decodes_with_a_llama(family_folder: FolderOf) -> None:
    model = HubBackend().load(family_folder("llama"), device="cpu", dtype="float32")
    assert len(decode(Dola(layers=(0, 1)), model, "the cat", limit=10).tokens) > 1
