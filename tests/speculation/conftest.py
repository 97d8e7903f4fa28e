"""Tiny models in the Hugging Face layout, and what `generate` of transformers says after a prompt."""

from __future__ import annotations

import pytest
import torch

from playground_gpt import GptBackend
from tests.gpt.conftest import write_model


@pytest.fixture(scope="session", params=["gpt2", "openai-gpt"])
def tiny(request, tmp_path_factory):
    """Two models of one kind that know little of each other, as (ours, transformers'), the larger first."""
    pairs = []
    for seed, layers in ((0, 3), (1, 1)):
        folder = tmp_path_factory.mktemp("tiny") / "model"
        network = write_model(folder, request.param, seed=seed, n_layer=layers, n_positions=96)
        network.generation_config.eos_token_id = network.generation_config.bos_token_id = None
        pairs.append((GptBackend().load(folder, device="cpu", dtype="auto"), network))
    return pairs


@pytest.fixture
def generate():
    """The tokens that a network of transformers adds to a prompt, greedily."""

    def generate(network, tokenizer, prompt, limit, **options):
        ids = torch.tensor([tokenizer.encode(prompt)])
        said = network.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=limit,
            do_sample=False,
            eos_token_id=sorted(tokenizer.eos_ids) or None,
            pad_token_id=0,
            **options,
        )[0, ids.shape[1] :].tolist()
        ends = [place for place, token in enumerate(said) if token in tokenizer.eos_ids]
        return said[: ends[0] + 1] if ends else said

    return generate
