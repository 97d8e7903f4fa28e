"""`playground bench models`: causal and masked models on one text, real ones or random ones of a shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from playground.api import ModelUnavailable, Need
from playground.bench import models
from playground.bench.checkpoint import random_text
from playground.bench.random_bert import BertShape, random_bert
from playground.ui.cli.app import cli

SMALL = BertShape(vocabulary=400, positions=256, width=32, layers=2, heads=2)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A reader, and what it has its model read: a list a call, of how many tokens each read has."""

    def make(model: str) -> tuple[models.Reader, list[list[int]]]:
        reader = models.Reader(model)
        seen: list[list[int]] = []
        read = reader._model.read

        def noting(batch: Any) -> Any:
            seen.append([len(each.tokens) for each in batch])
            return read(batch)

        monkeypatch.setattr(reader._model, "read", noting)
        return reader, seen

    return make


def test_a_causal_model_reads_a_token_more_and_a_masked_one_all_of_it_again(watched, monkeypatch):
    causal, seen = watched("tiny-gpt2")
    assert causal.token(2) > 0
    begun = len(causal._ids)
    assert seen == [[begun] * 2, *[[1] * 2] * models.STEPS]

    monkeypatch.setitem(models.STAND_INS, "small", lambda: random_bert(SMALL))
    masked, seen = watched("small")
    assert masked.token(2) > 0
    around = 3  # [CLS], [MASK] and [SEP]
    lengths = [models.FOX_TOKENS + around + more for more in range(models.STEPS + 1)]
    assert seen == [[length] * 2 for length in lengths]


def test_texts_that_are_read_have_as_many_tokens_as_is_said(watched, monkeypatch):
    causal, seen = watched("tiny-gpt2")
    assert causal.prefill(3) > 0
    assert seen == [[models.READ_TOKENS] * 3]
    monkeypatch.setattr(causal, "prefill", lambda batch: 2.0)
    assert causal.throughput(4) == 2.0 / (4 * models.READ_TOKENS)


def test_the_gap_is_the_mask_of_a_masked_model_and_the_end_of_a_causal_one(bert_folder, watched):
    from playground.engine.masked import fill

    text = "the quick brown fox jumps over the lazy"
    masked, _ = watched(str(bert_folder))
    masked._text = text
    (reading,) = masked._read([tuple(masked._model.tokenizer.encode(text))])
    best = fill(masked._model, f"{text} [MASK]", 1)[0]
    assert int(masked._gap(reading).argmax()) == best.id

    causal, _ = watched("tiny-gpt2")
    (reading,) = causal._read([causal._ids])
    assert causal._gap(reading) is not None
    assert (causal._gap(reading) == reading.logits[-1]).all()


def test_the_random_bert_is_whole_and_a_letter_is_a_token():
    import transformers

    folder = random_bert(SMALL)
    _, problems = transformers.AutoModelForMaskedLM.from_pretrained(
        folder, output_loading_info=True
    )
    assert not any(problems.values())
    model = models.load(str(folder))
    assert model.offers == Need.MASKED
    assert len(model.tokenizer.encode(random_text(40))) == 40
    assert random_bert(SMALL) == folder


def test_by_default_it_has_the_size_of_bert_base():
    shape = BertShape()
    width = shape.width
    block = 12 * width**2 + 13 * width
    embeddings = (shape.vocabulary + shape.positions + 2 + 2) * width
    head = width**2 + 3 * width + shape.vocabulary
    assert embeddings + shape.layers * block + head == 109_514_298


def test_random_weights_stand_for_a_model_that_is_not_here_and_that_is_said():
    told = models.stand_ins(models.benchmarks())
    assert [line.partition(":")[0] for line in told] == ["gpt2", "bert"]
    assert all("is not downloaded, so random weights of its shape" in line for line in told)
    assert models.stand_ins(models.benchmarks({"tiny": "tiny-gpt2"})) == ()
    with pytest.raises(ModelUnavailable):
        models.reason_of_absence("gpt2-xl")


def test_the_first_model_stands_beside_each_of_the_others():
    found = models.benchmarks({"a": "x", "b": "y", "c": "z"}, (2,))
    assert {(b.ours.label, b.against.label) for b in found if b.against} == {("a", "b"), ("a", "c")}
    assert len({b.name for b in found}) == len(found) == 2 * len(models.MEASURES)
    alone = models.benchmarks({"a": "x"}, (1, 8))
    assert [b.against for b in alone] == [None] * 2 * len(models.MEASURES)


def test_the_command_measures_the_models_that_it_is_given(bert_folder, capfd):
    words = ["bench", "-m", "tiny-gpt2", "-m", str(bert_folder), "--batch", "1,2"]
    with pytest.raises(SystemExit) as ended:
        cli.main([*words, "models-word-2", "--rounds", "2", "--json"])
    out, err = capfd.readouterr()
    assert ended.value.code in (0, None), err
    report = json.loads(out)
    (outcome,) = report["outcomes"]
    assert outcome["error"] is None
    assert [m["label"] for m in outcome["measurements"]] == ["tiny-gpt2", str(bert_folder)]
    assert all(len(m["seconds"]) == 2 for m in outcome["measurements"])
    assert report["notes"] == []


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["models", "-m", "nobody"], 3, "there is no model 'nobody'"),
        (["models", "--batch", "1,x"], 2, "no list of numbers"),
        (["models", "--batch", "0"], 2, "no list of numbers"),
        (["chain", "-m", "gpt2"], 2, "an option of the family models is given"),
    ],
)
def test_what_cannot_be_measured_is_told_at_once(words, code, message, capfd):
    with pytest.raises(SystemExit) as ended:
        cli.main(["bench", *words])
    out, err = capfd.readouterr()
    assert (ended.value.code, out) == (code, "")
    assert message in err


def test_options_of_the_family_alone_select_it(capfd):
    with pytest.raises(SystemExit):
        cli.main(["bench", "--batch", "2", "--list"])
    names = [line.split()[0] for line in capfd.readouterr().out.splitlines()[1:]]
    assert names == [f"models-{measure}-2" for measure, *_ in models.MEASURES]
