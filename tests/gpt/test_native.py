"""The decoder in C: built, right in each of its variants, the same to the bit, and without torch."""

from __future__ import annotations

import multiprocessing
import os
import platform
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.api import InvalidInput, Read
from playground_gpt import GptBackend, decoder
from playground_gpt.native import library as native
from playground_gpt.native.library import library

needs_native = pytest.mark.skipif(library() is None, reason="not built here")
# Heads wider than a panel of each variant, inner layers and vocabularies that end in the middle of one.
ODD = {"n_embd": 160, "n_head": 2, "n_layer": 2, "vocab_size": 301, "n_positions": 80}


def load(folder, dtype="float32", **options):
    return GptBackend().load(folder, device="cpu", dtype=dtype, **{"decoder": "native", **options})


def draw(count, vocabulary=300, seed=0):
    return np.random.default_rng(seed).integers(vocabulary, size=count).tolist()


def read(model, ids, state=None):
    return model.read([Read(state or model.start(), ids)])[0]


@pytest.mark.skipif(
    not (sys.platform == "linux" and platform.machine() == "x86_64" and shutil.which("cc")),
    reason="is built on x86-64 with a C compiler",
)
def test_it_is_built_where_it_can_be():
    built = {file.name for file in Path(native.__file__).parent.glob("*.so")}
    assert built == {f"gpt_{variant}.so" for variant in native.VARIANTS}


@needs_native
@pytest.mark.parametrize("variant", native.VARIANTS)
@pytest.mark.parametrize("dtype", decoder.DTYPES)
def test_every_variant_computes_what_transformers_does(
    make_folder, model_type, monkeypatch, variant, dtype
):
    chosen = native.load(variant)
    if chosen is None:
        pytest.skip(f"this processor has no {variant}")
    monkeypatch.setattr(decoder, "native_library", lambda *_: chosen)
    folder, oracle = make_folder(model_type, **ODD)
    ids = draw(70)
    logits = read(load(folder, dtype), ids).logits
    with torch.no_grad():
        expected = oracle(torch.tensor([ids])).logits[0].numpy()
    apart = np.linalg.norm(logits - expected) / np.linalg.norm(expected)
    assert apart < {"float32": 5e-6, "float16": 5e-3, "bfloat16": 4e-2, "int8": 0.12}[dtype]


@needs_native
@pytest.mark.parametrize("dtype", decoder.DTYPES)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_text_has_the_same_logits_to_the_bit_however_and_beside_whatever_it_is_read(
    tiny, dtype, data
):
    model = load(tiny[0], dtype)
    texts = data.draw(
        st.lists(st.lists(st.integers(0, 299), min_size=2, max_size=40), min_size=1, max_size=9)
    )
    cuts = [data.draw(st.integers(1, len(text) - 1)) for text in texts]
    pairs = list(zip(texts, cuts, strict=True))
    begun = model.read([Read(model.start(), text[:cut]) for text, cut in pairs])
    states = [reading.state for reading in begun]
    ended = model.read([Read(s, text[cut:]) for s, (text, cut) in zip(states, pairs, strict=True)])
    for first, second, text in zip(begun, ended, texts, strict=True):
        logits = np.concatenate([first.logits, second.logits])
        np.testing.assert_array_equal(logits, read(model, text).logits)


@needs_native
def test_loading_and_reading_need_no_torch(tiny):
    code = (
        "import sys, pathlib; from playground.api import Read; from playground_gpt import GptBackend; "
        f"model = GptBackend().load(pathlib.Path({str(tiny[0])!r}), device='auto', dtype='int8'); "
        "model.read([Read(model.start(), [1, 2, 3])]); print('torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


@needs_native
def test_the_number_of_threads_changes_no_bit(tiny):
    code = (
        "import sys, pathlib; from playground.api import Read; from playground_gpt import GptBackend; "
        f"model = GptBackend().load(pathlib.Path({str(tiny[0])!r}), device='cpu', dtype='float32'); "
        "logits = model.read([Read(model.start(), list(range(40)))])[0].logits; "
        "print(logits.tobytes().hex())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "OMP_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2", "7")
    }
    assert len(said) == 1


@needs_native
@pytest.mark.parametrize("variant", native.VARIANTS)
def test_however_many_tokens_are_read_at_once_each_is_read_as_alone(
    make_folder, monkeypatch, variant
):
    """A few more than one tile reads weights where they lie, many more a copy of them."""
    chosen = native.load(variant)
    if chosen is None:
        pytest.skip(f"this processor has no {variant}")
    monkeypatch.setattr(decoder, "native_library", lambda *_: chosen)
    model = load(make_folder("gpt2", **ODD)[0])
    ids = draw(40)
    alone, state = [], model.start()
    for token in ids:
        reading = read(model, [token], state)
        alone.append(reading.logits[0])
        state = reading.state
    for count in range(2, 41):
        np.testing.assert_array_equal(read(model, ids[:count]).logits, alone[:count])


@needs_native
def test_several_threads_of_a_program_may_read_at_once(tiny):
    model = load(tiny[0])
    texts = [draw(40, seed=seed) for seed in range(8)]
    expected = [read(model, text).logits for text in texts]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(20):
            found = list(pool.map(lambda text: read(model, text).logits, texts))
            for ours, alone in zip(found, expected, strict=True):
                np.testing.assert_array_equal(ours, alone)


def _read_in_a_child(model, ids, pipe):
    pipe.send(read(model, ids).logits)


@needs_native
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_reads_on(tiny):
    """It has none of its parent's threads."""
    model, ids = load(tiny[0]), draw(40)
    expected = read(model, ids).logits
    context = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_read_in_a_child, args=(model, ids, theirs))
    child.start()
    assert mine.poll(30), "the child did not answer"
    np.testing.assert_array_equal(mine.recv(), expected)
    child.join()


@needs_native
def test_a_state_of_another_model_never_reaches_it(tiny, make_folder):
    other = load(make_folder("gpt2", n_layer=1)[0])
    state = read(other, [1, 2, 3]).state
    with pytest.raises(Exception, match="state of another model"):
        read(load(tiny[0]), [4], state)


@pytest.mark.parametrize(("device", "dtype"), [("cuda", "float32"), ("cpu", "float64")])
def test_asking_for_it_where_it_cannot_compute_is_refused(tiny, device, dtype):
    with pytest.raises(InvalidInput, match="no native decoder") as caught:
        GptBackend().load(tiny[0], device=device, dtype=dtype, decoder="native")
    assert caught.value.hint


def test_where_it_was_not_built_torch_computes(tiny, monkeypatch, tmp_path):
    monkeypatch.setattr(native, "__file__", str(tmp_path / "library.py"))
    native.library.cache_clear()
    try:
        model = GptBackend().load(tiny[0], device="cpu", dtype="float32")
        assert type(model).__module__.startswith("playground_gpt.on_torch")
        with pytest.raises(InvalidInput, match="no native decoder"):
            load(tiny[0])
    finally:
        native.library.cache_clear()


@needs_native
def test_a_driver_without_a_device_leaves_the_work_to_the_processor(tiny, monkeypatch):
    monkeypatch.setattr(decoder, "_accelerator_at_hand", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    model = GptBackend().load(tiny[0], device="auto", dtype="auto")
    assert (type(model).__module__, model.device) == ("playground_gpt.native.model", "cpu")


@needs_native
def test_the_room_of_a_text_that_nobody_needs_is_used_again(make_folder):
    model = load(make_folder("gpt2")[0])
    reading = read(model, [1, 2, 3])
    keys, _ = reading.state.log.room
    other = read(model, [4])
    assert other.state.log.room[0] is not keys
    del reading
    again = read(model, [5])
    assert again.state.log.room[0] is keys
    np.testing.assert_array_equal(
        read(model, [4, 5]).logits[1:], read(model, [5], other.state).logits
    )


@needs_native
def test_no_memory_is_an_error_and_not_the_end(tiny, monkeypatch):
    model = load(tiny[0])
    monkeypatch.setattr(model._library, "_code", _Starved())
    with pytest.raises(MemoryError):
        read(model, [1])


class _Starved:
    def gpt_read(self, *_):
        return -1
