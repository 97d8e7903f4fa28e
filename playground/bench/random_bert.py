"""A random BERT in the layout of the Hugging Face hub, as fast as the real one; beside the random GPT-2."""

from __future__ import annotations

import json
import string
from pathlib import Path

import msgspec

from playground.bench.checkpoint import SEED, cached

LAYOUT = 1
"""Counts the changes of what is written below."""
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


class BertShape(msgspec.Struct, frozen=True, kw_only=True):
    """The size of a BERT; by default that of BERT-base, uncased, with 109,514,298 parameters."""

    vocabulary: int = 30522
    positions: int = 512
    width: int = 768
    layers: int = 12
    heads: int = 12


def random_bert(shape: BertShape | None = None) -> Path:
    """The folder of a random BERT of this shape, made now if it is not in the cache.

    Its tokens are letters, as a word's first and within one, and what nobody can write to fill up.
    """
    shape = shape or BertShape()
    name = "bert-" + "-".join(str(size) for size in msgspec.structs.astuple(shape))
    return cached(f"{name}-v{LAYOUT}", lambda folder: _write(folder, shape))


def _write(folder: Path, shape: BertShape) -> None:
    import torch
    from transformers import BertConfig, BertForMaskedLM
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.manual_seed(SEED)
    config = BertConfig(
        vocab_size=shape.vocabulary,
        max_position_embeddings=shape.positions,
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=4 * shape.width,
    )
    BertForMaskedLM(config).save_pretrained(folder)
    _write_tokenizer(folder, shape.vocabulary)


def _write_tokenizer(folder: Path, vocabulary: int) -> None:
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    letters = [*string.ascii_lowercase, *(f"##{letter}" for letter in string.ascii_lowercase)]
    fillers = (f"[unused{number}]" for number in range(vocabulary - len(SPECIAL) - len(letters)))
    tokens = {token: number for number, token in enumerate((*SPECIAL, *letters, *fillers))}
    rules = Tokenizer(models.WordPiece(tokens, unk_token="[UNK]", max_input_chars_per_word=10_000))
    rules.add_special_tokens(list(SPECIAL))
    rules.normalizer = normalizers.BertNormalizer()
    rules.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    rules.decoder = decoders.WordPiece()
    rules.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(name, tokens[name]) for name in ("[CLS]", "[SEP]")],
    )
    rules.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"mask_token": "[MASK]"}))
