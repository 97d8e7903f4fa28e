"""Every family of transformers obeys the same laws, and says what transformers says of a text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from playground.api import Backend, InvalidInput, Need, PromptTooLong, Read
from playground.testing import BackendContract
from playground_hub import HubBackend

FolderOf = Callable[[str], Path]
IDS = [5, 99, 17, 3, 250, 41, 7, 300, 12, 64, 33, 18]


class Family(BackendContract):
    family = ""
    _path: Path

    @pytest.fixture(autouse=True)
    def _made(self, family_folder: FolderOf) -> None:
        type(self)._path = family_folder(self.family)

    def backend(self) -> Backend:
        return HubBackend()

    def folder(self) -> Path:
        return self._path

    def test_every_token_s_logits_are_those_of_transformers(self) -> None:
        oracle = transformers.AutoModelForCausalLM.from_pretrained(self._folder)
        with torch.no_grad():
            expected = oracle(torch.tensor([IDS])).logits[0].numpy()
        np.testing.assert_allclose(self._read(IDS).logits, expected, atol=1e-4)


class TestLlama(Family):
    family = "llama"


class TestQwen2(Family):
    family = "qwen2"


class TestGPTNeoX(Family):
    family = "gpt_neox"


class TestMistralBeyondItsWindow(Family):
    family = "mistral"

    def test_cannot_be_rewound(self) -> None:
        assert self._model.rewind(self._read(IDS).state, 11) is None


class TestMamba(Family):
    family = "mamba"

    def test_cannot_be_rewound_and_has_no_limit(self) -> None:
        assert self._model.rewind(self._read(IDS).state, 11) is None
        assert self._model.context_length is None


class TestRWKV(Family):
    family = "rwkv"


def test_a_llama_tells_what_it_attends_to(family_folder: FolderOf) -> None:
    model = HubBackend().load(family_folder("llama"), device="cpu", dtype="float32")
    oracle = transformers.AutoModelForCausalLM.from_pretrained(
        family_folder("llama"), attn_implementation="eager"
    )
    with torch.no_grad():
        expected = oracle(torch.tensor([IDS]), output_attentions=True, output_hidden_states=True)
    state = model.read([Read(model.start(), IDS[:8])])[0].state
    need = Need.LOGITS | Need.HIDDEN | Need.ATTENTION
    reading = model.read([Read(state, IDS[8:], need)])[0]
    assert reading.attention is not None
    assert reading.hidden is not None
    for layer, weights in enumerate(expected.attentions):
        np.testing.assert_allclose(reading.attention[layer], weights[0, :, 8:], atol=1e-5)
    for layer, states in enumerate(expected.hidden_states):
        np.testing.assert_allclose(reading.hidden[layer], states[0, 8:], atol=1e-5)


def test_tokens_that_do_not_fit_or_do_not_exist_are_refused(family_folder: FolderOf) -> None:
    model = HubBackend().load(family_folder("llama"), device="cpu", dtype="float32")
    with pytest.raises(PromptTooLong, match="65 tokens do not fit .* 64"):
        model.read([Read(model.start(), [1] * 65)])
    with pytest.raises(InvalidInput, match="no token 320"):
        model.read([Read(model.start(), [320])])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU on this machine")
def test_a_gpu_says_what_the_cpu_says(family_folder: FolderOf) -> None:
    for family in ("llama", "mamba"):
        near, far = (
            HubBackend().load(family_folder(family), device=device, dtype="float32")
            for device in ("cpu", "cuda")
        )
        here, there = (m.read([Read(m.start(), IDS)])[0].logits for m in (near, far))
        np.testing.assert_allclose(here, there, atol=1e-3)


@pytest.mark.parametrize(("dtype", "drift"), [("bfloat16", 0.1), ("float16", 0.02), ("int8", 0.1)])
def test_smaller_types_stay_near_float32(family_folder: FolderOf, dtype: str, drift: float) -> None:
    exact, small = (
        HubBackend().load(family_folder("llama"), device="cpu", dtype=kind)
        for kind in ("float32", dtype)
    )
    assert small.dtype == dtype
    first, second = (m.read([Read(m.start(), IDS)])[0].logits for m in (exact, small))
    assert 0 < np.abs(first - second).max() < drift * np.abs(first).max()


def test_int8_is_refused_where_a_family_computes_with_the_weights_itself(
    family_folder: FolderOf,
) -> None:
    with pytest.raises(InvalidInput, match="int8"):
        HubBackend().load(family_folder("mamba"), device="cpu", dtype="int8")
