"""Masked models: what they fill in is what transformers fills in, whatever their family."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from playground.api import InvalidInput, ModelUnavailable, Need, PromptTooLong, Read
from playground.engine.masked import fill
from playground_hub import HubBackend

TEXT = "the quick [MASK] jumps over [MASK] lazy dog."
SIZES = {
    "num_hidden_layers": 2,
    "hidden_size": 32,
    "num_attention_heads": 4,
    "intermediate_size": 48,
}
FAMILIES: dict[str, Callable[..., Any]] = {
    "bert": transformers.BertConfig,
    "albert": transformers.AlbertConfig,
    "electra": transformers.ElectraConfig,
    "deberta_v2": transformers.DebertaV2Config,
    "mpnet": transformers.MPNetConfig,
}


@pytest.fixture(scope="module", params=FAMILIES)
def folder(request: pytest.FixtureRequest, bert_folder: Path, tmp_path_factory: Any) -> Path:
    """A tiny model of each family, with BERT's tokenizer."""
    if request.param == "bert":
        return bert_folder
    folder: Path = tmp_path_factory.mktemp(request.param)
    shutil.copy(bert_folder / "tokenizer.json", folder)
    vocabulary = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab_size()
    config = FAMILIES[request.param](
        **SIZES, vocab_size=vocabulary, max_position_embeddings=32, pad_token_id=0
    )
    torch.manual_seed(0)
    transformers.AutoModelForMaskedLM.from_config(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def roberta(tmp_path_factory: Any) -> Path:
    """A tiny RoBERTa: bytes, `<mask>` that takes the space before it, positions behind the padding."""
    folder: Path = tmp_path_factory.mktemp("roberta")
    rules = Tokenizer(models.BPE())
    rules.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    rules.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    rules.train_from_iterator(["the quick brown fox jumps over the lazy dog."] * 4, trainer)
    rules.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    rules.post_processor = processors.RobertaProcessing(
        ("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False
    )
    rules.save(str(folder / "tokenizer.json"))
    config = transformers.RobertaConfig(
        **SIZES, vocab_size=rules.get_vocab_size(), max_position_embeddings=258
    )
    torch.manual_seed(0)
    transformers.AutoModelForMaskedLM.from_config(config).save_pretrained(folder)
    return folder


def load(folder: Path, dtype: str = "float32") -> Any:
    return HubBackend().load(folder, device="cpu", dtype=dtype)


def by_transformers(folder: Path, text: str, count: int) -> list[tuple[int, int, float]]:
    """(mask, id, probability), as its pipeline has them: a list a mask, or one list for one mask."""
    rules = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"),
        mask_token="<mask>" if "<mask>" in text else "[MASK]",
    )
    network = transformers.AutoModelForMaskedLM.from_pretrained(folder)
    pipeline: Any = transformers.pipeline("fill-mask", model=network, tokenizer=rules)
    found = pipeline(text, top_k=count)
    masks = found if isinstance(found[0], list) else [found]
    return [(n, each["token"], each["score"]) for n, mask in enumerate(masks) for each in mask]


def check_against_transformers(folder: Path, text: str) -> None:
    found = fill(load(folder), text, 5)
    expected = by_transformers(folder, text, 5)
    assert [(each.mask, each.id) for each in found] == [(mask, id_) for mask, id_, _ in expected]
    assert [each.probability for each in found] == pytest.approx(
        [score for *_, score in expected], rel=1e-4
    )


def test_masks_are_filled_as_transformers_fills_them(folder: Path) -> None:
    check_against_transformers(folder, TEXT)


@pytest.mark.parametrize("text", ["the<mask> brown fox", "the <mask> brown<mask><mask>", "<mask>"])
def test_a_mask_of_another_name_takes_the_space_before_it(roberta: Path, text: str) -> None:
    check_against_transformers(roberta, text)


def test_the_card_counts_as_transformers_counts_and_says_what_it_is_for(folder: Path) -> None:
    card = HubBackend().card(folder)
    oracle: Any = transformers.AutoModelForMaskedLM.from_pretrained(folder)
    assert card.parameters == oracle.num_parameters() == sum(card.modules.values())
    assert "playground fill" in card.notes["masked"]
    assert (card.layers, card.width, card.heads) == (2, 32, 4)


def test_every_mask_has_a_whole_distribution(bert_folder: Path) -> None:
    found = fill(load(bert_folder), TEXT, 10_000)
    for mask in (0, 1):
        chances = [each.probability for each in found if each.mask == mask]
        assert sum(chances) == pytest.approx(1, abs=1e-5)
        assert chances == sorted(chances, reverse=True)


def test_a_filling_reads_as_it_would_stand_in_the_text(bert_folder: Path) -> None:
    model = load(bert_folder)
    texts = {each.id: each.text for each in fill(model, "the [MASK]", 10_000)}
    first = {each.id: each.text for each in fill(model, "[MASK] fox", 10_000)}
    word, part = model.tokenizer.encode("dog")[0], model.tokenizer.encode("foxy")[-1]
    assert (texts[word], first[word]) == (" dog", "dog")
    assert model.tokenizer.label(part).startswith("##")
    assert not texts[part].startswith(" ")


@given(st.lists(st.lists(st.integers(5, 40), min_size=1, max_size=12), min_size=1, max_size=6))
def test_texts_read_together_are_read_as_alone(bert: Any, texts: list[list[int]]) -> None:
    reads = [Read(bert.start(), tuple(text), need=Need.MASKED) for text in texts]
    for read, reading in zip(reads, bert.read(reads), strict=True):
        (alone,) = bert.read([read])
        assert reading.state.length == len(read.tokens)
        assert reading.logits.shape == (len(read.tokens), bert.tokenizer.vocabulary_size)
        np.testing.assert_allclose(reading.logits, alone.logits, rtol=1e-4, atol=1e-4)


@pytest.fixture(scope="module")
def bert(bert_folder: Path) -> Any:
    return load(bert_folder)


def test_rows_that_are_not_wanted_are_not_handed_out(bert: Any) -> None:
    whole, end = bert.read(
        [Read(bert.start(), (5, 6, 7), need=Need.MASKED, logits_to_keep=kept) for kept in (None, 1)]
    )
    np.testing.assert_allclose(end.logits, whole.logits[-1:], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("dtype", ["bfloat16", "int8"])
def test_fewer_bits_fill_nearly_alike(bert_folder: Path, bert: Any, dtype: str) -> None:
    exact = {each.id: each.probability for each in fill(bert, "the [MASK] fox", 10_000)}
    for each in fill(load(bert_folder, dtype), "the [MASK] fox", 10_000):
        assert each.probability == pytest.approx(exact[each.id], abs=0.1)


def test_the_context_is_filled_to_its_last_place_and_not_beyond(roberta: Path, bert: Any) -> None:
    for model, mask in ((load(roberta), "<mask>"), (bert, "[MASK]")):
        assert model.context_length == 256
        assert fill(model, mask * 254, 1)
        with pytest.raises(PromptTooLong, match="257 tokens, with those around it, .* holds 256"):
            fill(model, mask * 255, 1)


def test_a_text_without_a_mask_is_told_how_one_is_written(bert: Any, roberta: Path) -> None:
    for model, mask, other in ((bert, "[MASK]", "..."), (load(roberta), "<mask>", "[MASK]")):
        with pytest.raises(InvalidInput, match="no mask") as caught:
            fill(model, f"the {other} dog", 1)
        assert mask in caught.value.hint


def test_nothing_is_read_in_parts_or_after_a_text(bert: Any) -> None:
    (reading,) = bert.read([Read(bert.start(), (5, 6), need=Need.MASKED)])
    for read in (Read(reading.state, (7,), need=Need.MASKED), Read(bert.start(), (7,))):
        with pytest.raises(InvalidInput, match="whole, at once"):
            bert.read([read])
    assert bert.rewind(reading.state, 1) is None
    assert bert.rewind(reading.state, 0).length == 0


def test_a_tokenizer_without_a_mask_is_refused(bert_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bert_folder, tmp_path / "bert"))
    rules = json.loads((folder / "tokenizer.json").read_text())
    rules["added_tokens"] = [t for t in rules["added_tokens"] if t["content"] != "[MASK]"]
    vocabulary = rules["model"]["vocab"]
    vocabulary["nomask"] = vocabulary.pop("[MASK]")
    (folder / "tokenizer.json").write_text(json.dumps(rules))
    with pytest.raises(ModelUnavailable, match="names no mask token"):
        load(folder)


def test_a_folder_may_name_its_mask(bert_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bert_folder, tmp_path / "bert"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"mask_token": "[UNK]"}))
    assert load(folder).tokenizer.label(load(folder).mask_id) == "[UNK]"


@pytest.mark.parametrize("classes", [["BertForMaskedLM"], ["RobertaForMaskedLM", "RobertaModel"]])
def test_a_masked_class_is_recognised(classes: list[str]) -> None:
    assert HubBackend().recognises({"model_type": "any", "architectures": classes})


def test_missing_tensors_are_never_filled_with_random_numbers(
    bert_folder: Path, tmp_path: Path
) -> None:
    from safetensors.torch import load_file, save_file

    folder = Path(shutil.copytree(bert_folder, tmp_path / "bert"))
    tensors = load_file(folder / "model.safetensors")
    del tensors["cls.predictions.transform.dense.weight"]
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelUnavailable, match="missing_keys cls.predictions"):
        load(folder)
