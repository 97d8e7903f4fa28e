"""A tiny random model of transformers, read by itself and by our strategies."""

from __future__ import annotations

import pytest

from playground_gpt import GptBackend
from tests.gpt.conftest import write_model


@pytest.fixture(scope="session", params=["gpt2", "openai-gpt"])
def folder(request, tmp_path_factory):
    """A tiny model's folder, and the same model of transformers."""
    folder = tmp_path_factory.mktemp("guided") / "model"
    network = write_model(folder, request.param, n_layer=6, n_positions=96)
    network.generation_config.eos_token_id = network.generation_config.bos_token_id = None
    return folder, network


@pytest.fixture(scope="session", params=["native", "torch"])
def pair(request, folder):
    """(ours, transformers'), by each of our decoders."""
    from playground_gpt.native.library import library

    if request.param == "native" and library() is None:
        pytest.skip("the native decoder was not built here")
    model = GptBackend().load(folder[0], device="cpu", dtype="float32", decoder=request.param)
    return model, folder[1]
