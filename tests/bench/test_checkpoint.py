"""The random model of the benchmarks is a GPT-2 that every engine can load."""

from __future__ import annotations

import pytest

from playground.bench.checkpoint import Shape, cached, random_gpt2, random_text

SMALL = Shape(vocabulary=400, positions=64, width=32, layers=2, heads=2)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_CACHE_HOME", str(tmp_path))


@pytest.fixture
def loaded():
    transformers = pytest.importorskip("transformers")
    return transformers.AutoModelForCausalLM.from_pretrained(
        random_gpt2(SMALL), output_loading_info=True
    )


def test_transformers_loads_every_tensor_of_it_and_misses_none(loaded):
    _, problems = loaded
    assert not any(problems.values())


def test_by_default_it_has_the_size_of_gpt2():
    shape = Shape()
    block = 12 * shape.width**2 + 13 * shape.width
    embeddings = (shape.vocabulary + shape.positions) * shape.width
    assert embeddings + shape.layers * block + 2 * shape.width == 124_439_808


def test_a_letter_is_a_token_in_ours_and_in_transformers():
    from transformers import AutoTokenizer

    from playground.bench.ours import load

    text = random_text(40)
    folder = str(random_gpt2(SMALL))
    theirs = AutoTokenizer.from_pretrained(folder)(text)["input_ids"]
    tokenizer = load(folder).tokenizer
    assert tokenizer.encode(text) == theirs
    assert len(theirs) == 40


def test_our_logits_are_those_of_transformers(loaded):
    import numpy as np
    import torch

    from playground.api import Read
    from playground.bench.ours import load

    model = load(str(random_gpt2(SMALL)))
    ids = model.tokenizer.encode(random_text(20))
    ours = model.read([Read(model.start(), tuple(ids))])[0].logits
    with torch.inference_mode():
        theirs = loaded[0](torch.tensor([ids])).logits[0].numpy()
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


def test_its_text_never_ends(loaded):
    import torch

    with torch.inference_mode():
        logits = loaded[0](torch.randint(SMALL.vocabulary - 1, (4, 32))).logits
    assert (logits[..., -1] < logits[..., :-1].min(dim=-1).values - 20).all()


def test_it_is_made_once_and_always_the_same(tmp_path, monkeypatch):
    first = random_gpt2(SMALL)
    stamp = (first / "model.safetensors").stat().st_mtime_ns
    assert (random_gpt2(SMALL) / "model.safetensors").stat().st_mtime_ns == stamp
    monkeypatch.setenv("PLAYGROUND_CACHE_HOME", str(tmp_path / "other"))
    again = random_gpt2(SMALL)
    assert again != first
    assert (again / "model.safetensors").read_bytes() == (first / "model.safetensors").read_bytes()


def test_a_folder_that_could_not_be_written_whole_is_not_there(tmp_path):
    def fail(folder):
        (folder / "half").write_text("")
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        cached("broken", fail)
    assert list((tmp_path / "bench").iterdir()) == []
