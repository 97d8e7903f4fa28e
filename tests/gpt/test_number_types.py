"""Fewer bits: close to float32, the same whatever else is in the batch, and measured by their drift."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.api import InvalidInput, Read
from playground.engine.drift import compare_dtypes
from playground.testing import ScriptedModel
from playground_gpt import GptBackend
from playground_gpt.on_torch import int8, kernels

needs_int8 = pytest.mark.skipif(
    "fbgemm" not in torch.backends.quantized.supported_engines, reason="no 8-bit products here"
)
IDS = np.random.default_rng(0).integers(300, size=40).tolist()


def load(folder, decoder, dtype):
    return GptBackend().load(folder, device="cpu", dtype=dtype, decoder=decoder)


def matrix(inputs=96, outputs=80, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return (
        torch.randn(inputs, outputs, generator=generator),
        torch.randn(outputs, generator=generator),
    )


def rows(count, inputs=96):
    return torch.randn(count, inputs, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("count", [1, 5, 40])
@pytest.mark.parametrize("make", [kernels.in_float32, kernels.by_numpy])
def test_kernels_of_float32_are_exact(make, count):
    weight, bias = matrix()
    x = rows(count)
    expected = x.double() @ weight.double() + bias
    torch.testing.assert_close(make((weight, bias))(x).double(), expected, atol=1e-4, rtol=0)
    without = make((weight, None))(x).double()
    torch.testing.assert_close(without, expected - bias, atol=1e-4, rtol=0)


@pytest.mark.parametrize("count", [1, 5, 40])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("widened", [False, True])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_kernels_of_16_bits_err_by_their_rounding(dtype, turned, widened, count):
    weight, bias = matrix()
    x = rows(count)
    kernel = kernels.in_half((weight, bias), dtype=dtype, turned=turned, widened=widened)
    error = (kernel(x) - (x @ weight + bias)).abs().max()
    assert 0 < error < 40 * torch.finfo(dtype).eps


@needs_int8
def test_the_8_bit_kernel_errs_by_about_a_hundredth():
    weight, bias = matrix(512, 300)
    x = rows(400, 512)
    exact = x @ weight + bias
    error = int8.Int8Linear(weight, bias)(x) - exact
    assert error.norm() / exact.norm() < 0.02


@needs_int8
@pytest.mark.parametrize("count", [2, 8, 300])
def test_the_8_bit_result_of_a_row_is_the_same_to_the_last_bit_in_any_batch(count):
    kernel = int8.Int8Linear(*matrix())
    x = rows(count) * torch.logspace(-3, 3, count)[:, None]
    alone = torch.cat([kernel(row[None]) for row in x])
    assert torch.equal(kernel(x), alone)


@needs_int8
def test_zeros_stay_zeros_in_8_bits():
    weight, bias = matrix()
    weight[:, 3] = 0
    kernel = int8.Int8Linear(weight, bias)
    assert torch.equal(kernel(torch.zeros(2, 96)), bias.expand(2, -1))
    assert torch.equal(kernel(rows(4))[:, 3], bias[3].expand(4))


@needs_int8
def test_the_8_bit_kernel_works_where_fewer_levels_must_do(monkeypatch):
    weight, bias = matrix(512, 300)
    x = rows(40, 512)
    monkeypatch.setattr(int8, "steps_each_way", lambda: 63)
    error = int8.Int8Linear(weight, bias)(x) - (x @ weight + bias)
    assert 0.01 < error.norm() / (x @ weight).norm() < 0.03


@needs_int8
def test_building_8_bit_kernels_leaves_torchs_own_engine_as_it_was():
    before = torch.backends.quantized.engine
    int8.Int8Linear(*matrix())
    assert torch.backends.quantized.engine == before


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", pytest.param("int8", marks=needs_int8)])
def test_a_model_in_fewer_bits_says_nearly_the_same(tiny, decoder, dtype):
    exact, model = (load(tiny[0], decoder, kind) for kind in ("float32", dtype))
    assert (exact.dtype, model.dtype) == ("float32", dtype)
    theirs = exact.read([Read(exact.start(), IDS)])[0].logits
    ours = model.read([Read(model.start(), IDS)])[0].logits
    assert ours.dtype == np.float32
    apart = np.linalg.norm(ours - theirs) / np.linalg.norm(theirs)
    assert 0 < apart < 0.05


@needs_int8
@pytest.mark.parametrize("dtype", ["bfloat16", "int8"])
def test_small_weights_keep_a_cache_of_16_bits(tiny, decoder, dtype):
    model, exact = (load(tiny[0], decoder, kind) for kind in (dtype, "float32"))
    held = [m.read([Read(m.start(), IDS)])[0].state.nbytes for m in (model, exact)]
    assert 2 * held[0] == held[1]


def test_drift_is_nothing_for_float32_and_little_for_the_others(tiny, decoder):
    drifts = {
        drift.dtype: drift
        for drift in compare_dtypes(lambda dtype: load(tiny[0], decoder, dtype), IDS)
    }
    assert list(drifts) == ["float32", "bfloat16", "float16", "int8"]
    exact = drifts["float32"]
    assert (exact.divergence, exact.agreement, exact.largest) == (0, 1, 0)
    assert 0 < drifts["bfloat16"].divergence < 0.01
    assert 0 < drifts["bfloat16"].largest < 1
    assert drifts["bfloat16"].agreement > 0.8
    assert drifts["float16"].divergence < drifts["bfloat16"].divergence


def test_drift_is_the_divergence_of_the_two_distributions():
    said = {
        "float32": {"a": 0.5, "b": 0.25, "c": 0.25},
        "bfloat16": {"a": 0.25, "b": 0.5, "c": 0.25},
    }

    def scripted(dtype):
        if dtype not in said:
            raise InvalidInput(f"no {dtype} here")
        return ScriptedModel(lambda _: said[dtype])

    _, half, *others = compare_dtypes(scripted, [0])
    assert half.divergence == pytest.approx(0.5 * np.log(2) + 0.25 * np.log(0.5))
    assert half.largest == pytest.approx(np.log(2), rel=1e-5)
    assert half.agreement == 0
    assert [drift.refused for drift in others] == ["no float16 here", "no int8 here"]


@pytest.mark.parametrize("ids", [[], [*IDS, 1]])
def test_drift_of_nothing_or_of_more_than_the_context_is_refused(tiny, ids):
    with pytest.raises(InvalidInput):
        compare_dtypes(lambda dtype: GptBackend().load(tiny[0], device="cpu", dtype=dtype), ids)
