"""Tokenizers for GPTs trained from nothing: byte-level BPE, and GPT-1's words that end in `</w>`.

Each is what transformers and this program read from a folder. Byte-level with 257 tokens has no merges: one
token a byte, so that nothing is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from tokenizers import AddedToken, Tokenizer, decoders, normalizers, pre_tokenizers, trainers
from tokenizers.models import BPE

from playground.api import InvalidInput

END_OF_TEXT = "<|endoftext|>"
END_OF_WORD = "</w>"
NEWLINE = "\n" + END_OF_WORD
UNKNOWN = "<unk>"
TOKENIZER = "tokenizer.json"
TOKENIZER_CONFIG = "tokenizer_config.json"
BYTES = 256


def byte_level(texts: Sequence[str], size: int) -> Tokenizer:
    """GPT-2's kind (Radford et al. 2019): `size` tokens learned from `texts`, the last ends a text."""
    rules = Tokenizer(BPE())
    rules.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    rules.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size - 1,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    rules.train_from_iterator(texts if size > BYTES + 1 else (), trainer)
    rules.add_special_tokens([AddedToken(END_OF_TEXT, special=True, normalized=False)])
    return rules


def words(texts: Sequence[str], size: int) -> Tokenizer:
    """GPT-1's kind (Radford et al. 2018): lower-cased words and signs, no token that ends a text."""
    rules = _word_rules(BPE(unk_token=UNKNOWN, end_of_word_suffix=END_OF_WORD))
    signs = rules.normalizer.normalize_str("".join(sorted(set().union(*texts))))
    ends = [sign + END_OF_WORD for sign in sorted(set(signs)) if not sign.isspace()]
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        # A trainer numbers what ends a word as it meets it, in another order in every process: here first.
        special_tokens=[UNKNOWN, *ends],
        end_of_word_suffix=END_OF_WORD,
        show_progress=False,
    )
    rules.train_from_iterator(texts, trainer)
    found = msgspec.json.decode(rules.to_str())["model"]
    merges = [(first, second) for first, second in found["merges"]]
    made = _word_rules(
        BPE(found["vocab"], merges, unk_token=UNKNOWN, end_of_word_suffix=END_OF_WORD)
    )
    made.add_special_tokens([AddedToken(UNKNOWN, special=True, normalized=False)])
    return made


def _word_rules(model: BPE) -> Tokenizer:
    rules = Tokenizer(model)
    rules.normalizer = normalizers.BertNormalizer(lowercase=True)
    rules.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    rules.decoder = decoders.BPEDecoder(suffix=END_OF_WORD)
    return rules


def learned(architecture: str, texts: Sequence[str], size: int) -> Tokenizer:
    """The tokenizer of `architecture` with at most `size` tokens.

    Raises InvalidInput for a size that holds less than what every such tokenizer has.
    """
    if architecture == "gpt1":
        made = words(texts, size)
        if made.get_vocab_size() > size:
            raise InvalidInput(
                f"the text has {made.get_vocab_size():,} characters, more than {size:,} tokens",
                "set a larger vocabulary_size",
            )
        return made
    if size <= BYTES:
        raise InvalidInput(
            f"a byte-level vocabulary of {size} tokens has no room for all bytes",
            f"vocabulary_size is at least {BYTES + 1}",
        )
    return byte_level(texts, size)


def tokenizer_files(architecture: str, rules: Tokenizer, context: int) -> dict[str, bytes]:
    """What a model folder holds of a tokenizer."""
    config: dict[str, object] = {"model_max_length": context}
    if architecture == "gpt1":
        config |= {"tokenizer_class": "OpenAIGPTTokenizer", "unk_token": UNKNOWN}
    else:
        config |= {
            "tokenizer_class": "GPT2Tokenizer",
            "bos_token": END_OF_TEXT,
            "eos_token": END_OF_TEXT,
            "unk_token": END_OF_TEXT,
        }
    return {
        TOKENIZER: rules.to_str(pretty=True).encode(),
        TOKENIZER_CONFIG: msgspec.json.format(msgspec.json.encode(config)) + b"\n",
    }
