"""A random GPT-2 of 124 million parameters against transformers, to the last position of its context."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from playground.api import Read
from playground_gpt import GptBackend
from playground_gpt.architecture import parse

pytestmark = pytest.mark.slow
CONFIG = {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"]}
CONTEXT = 1024


@pytest.fixture(scope="module")
def folder(tmp_path_factory, make_tokenizer):
    folder = tmp_path_factory.mktemp("gpt2")
    (folder / "config.json").write_text(json.dumps(CONFIG))
    make_tokenizer(folder, "gpt2")
    generator = torch.Generator().manual_seed(0)
    tensors = {
        name: torch.empty(shape).normal_(_mean(name), 0.02, generator=generator)
        for name, shape in parse(CONFIG, "config").shapes().items()
    }
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    yield folder
    shutil.rmtree(folder)  # half a gigabyte


def _mean(name):
    return 1.0 if "ln_" in name and name.endswith("weight") else 0.0


def test_prompt_batch_and_steps_to_the_end_of_the_context(folder, decoder):
    from transformers import AutoModelForCausalLM

    assert GptBackend().card(folder).parameters == 124_439_808
    model = GptBackend().load(folder, device="cpu", dtype="float32", decoder=decoder)
    oracle = AutoModelForCausalLM.from_pretrained(folder).eval()
    long, short = np.random.default_rng(0).integers(50257, size=(2, CONTEXT)).tolist()
    prompts = [long[: CONTEXT - 6], short[:37]]
    readings = model.read([Read(model.start(), prompt, logits_to_keep=20) for prompt in prompts])
    rows = [[reading.logits] for reading in readings]
    for step in range(6):
        readings = model.read(
            [
                Read(reading.state, [text[len(prompt) + step]])
                for reading, text, prompt in zip(readings, (long, short), prompts, strict=True)
            ]
        )
        for row, reading in zip(rows, readings, strict=True):
            row.append(reading.logits)
    assert readings[0].state.length == CONTEXT
    for row, text in zip(rows, (long, short[:43]), strict=True):
        with torch.no_grad():
            expected = oracle(torch.tensor([text]), logits_to_keep=26).logits[0].numpy()
        np.testing.assert_allclose(np.concatenate(row), expected, atol=1e-4)
