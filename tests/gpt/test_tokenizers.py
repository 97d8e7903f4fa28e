"""The tokenizers against transformers' own, on the published vocabularies."""

from __future__ import annotations

import shutil
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from playground.api import InvalidInput, ModelUnavailable
from playground_gpt.architecture import parse
from playground_gpt.tokenizer import load_tokenizer
from playground_gpt.words import words

GPT2 = parse({"model_type": "gpt2"}, "config")
GPT1 = parse({"model_type": "openai-gpt"}, "config")
WORDS = (
    "the The don't it's Mr. U.S. 3.5 $5 end. (so) well-known \"quoted\" what?! ... ~ a_b x/y café "
    "naïve o'clock \n \n\n \t I 😀 漢 <unk> “curly” e.g. cannot gonna"
)
ENGLISH = st.lists(st.sampled_from(WORDS.split(" ")), max_size=12).map(" ".join)


@pytest.fixture(scope="module")
def gpt2(real_tokenizer):
    return load_tokenizer(real_tokenizer("gpt2"), GPT2, "hf")


@pytest.fixture(scope="module")
def gpt1(real_tokenizer):
    return load_tokenizer(real_tokenizer("gpt1"), GPT1, "hf")


@pytest.fixture(scope="module")
def openai(real_tokenizer):
    return load_tokenizer(real_tokenizer("gpt1"), GPT1, "openai")


@pytest.fixture(scope="module")
def gpt2_oracle(real_tokenizer):
    from transformers import GPT2Tokenizer

    return GPT2Tokenizer.from_pretrained(real_tokenizer("gpt2"))


@pytest.fixture(scope="module")
def gpt1_oracle(real_tokenizer):
    from transformers import OpenAIGPTTokenizer

    return OpenAIGPTTokenizer.from_pretrained(real_tokenizer("gpt1"))


def decoded(tokenizer, ids):
    before = [None, *ids]
    return b"".join(map(tokenizer.piece, ids, before))


def spelled(tokenizer, text):
    return [tokenizer.label(token) for token in tokenizer.encode(text)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Hello World. This is Agney", [15496, 2159, 13, 770, 318, 2449, 1681]),
        (" Hello World. This is Agney", [18435, 2159, 13, 770, 318, 2449, 1681]),
        ("Agney loves to train DL models", [10262, 1681, 10408, 284, 4512, 23641, 4981]),
    ],
)
def test_published_tokens_of_gpt2(gpt2, text, ids):
    assert gpt2.encode(text) == ids


def test_gpt2_tells_cases_apart(gpt2):
    assert gpt2.encode("agney loves")[0] == 363


def test_published_tokens_of_gpt1(gpt1, openai):
    text = "Hello, my dog is cute and"
    ids = [3570, 240, 547, 2585, 544, 4957, 488]
    assert gpt1.encode(text) == openai.encode(text) == ids
    assert gpt1.encode("i") == [249]
    assert gpt1.label(40477) == "\n</w>"


def test_sizes_and_ends(gpt2, gpt1):
    assert (gpt2.vocabulary_size, gpt1.vocabulary_size) == (50257, 40478)
    assert (gpt2.bos_id, gpt2.eos_ids) == (50256, {50256})
    assert (gpt1.bos_id, gpt1.eos_ids) == (None, frozenset())
    assert gpt2.start_ids == gpt1.start_ids == ()


@settings(max_examples=200, deadline=None)
@given(text=st.one_of(st.text(), ENGLISH))
def test_gpt2_encodes_as_transformers_and_keeps_every_text(gpt2, gpt2_oracle, text):
    ids = gpt2.encode(text)
    assert ids == gpt2_oracle(text)["input_ids"]
    assert decoded(gpt2, ids).decode() == text


@settings(max_examples=200, deadline=None)
@given(text=st.one_of(st.text(), ENGLISH))
def test_gpt1_encodes_and_decodes_as_transformers(gpt1, gpt1_oracle, text):
    ids = gpt1.encode(text)
    assert ids == gpt1_oracle(text)["input_ids"]
    theirs = gpt1_oracle.decode(ids, clean_up_tokenization_spaces=False)
    assert decoded(gpt1, ids).decode() == theirs


@settings(max_examples=100, deadline=None)
@given(ids=st.lists(st.integers(0, 40477), max_size=20))
def test_any_tokens_of_gpt1_decode_as_in_transformers(gpt1, gpt1_oracle, ids):
    theirs = gpt1_oracle.decode(ids, clean_up_tokenization_spaces=False)
    assert decoded(gpt1, ids).decode() == theirs


@settings(max_examples=100, deadline=None)
@given(ids=st.lists(st.integers(0, 50256), max_size=20))
def test_any_tokens_of_gpt2_decode_as_in_transformers(gpt2, gpt2_oracle, ids):
    theirs = gpt2_oracle.decode(ids, clean_up_tokenization_spaces=False)
    assert decoded(gpt2, ids).decode("utf-8", "replace") == theirs


def test_every_byte_has_a_token_in_gpt2(gpt2):
    pieces = {gpt2.piece(token, None) for token in range(256)}
    assert pieces == {bytes([byte]) for byte in range(256)}


def test_the_end_of_text_is_one_token(gpt2):
    assert gpt2.encode("a<|endoftext|>b") == [64, 50256, 65]
    assert gpt2.piece(50256, None) == b"<|endoftext|>"


def test_hf_loses_newlines_and_openai_keeps_them(gpt1, openai):
    text = "Roses are red\nViolets are blue\n"
    assert 40477 not in gpt1.encode(text)
    assert [token for token in openai.encode(text) if token == 40477] == [40477, 40477]
    assert decoded(openai, openai.encode(text)) == b"roses are red\nviolets are blue\n"


def test_characters_that_the_vocabulary_lacks_are_shown_as_unknown(gpt1, openai):
    for tokenizer in (gpt1, openai):
        assert spelled(tokenizer, "漢") == ["<unk>"]
        assert decoded(tokenizer, tokenizer.encode("漢")) == b"<unk>"


def test_fingerprints_tell_vocabularies_and_dialects_apart(gpt2, gpt1, openai):
    assert len({gpt2.fingerprint, gpt1.fingerprint, openai.fingerprint}) == 3


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Don't you, we'll see.", "do n't you , we 'll see ."),
        ("“It’s Smith’s,” he said—quietly…", "\" it 's smith 's , \" he said - quietly ..."),
        ("Mr. Smith lives in the U.S. at 3.5 p.m.", "mr. smith lives in the u.s. at 3.5 p.m."),
        ("Really?! (Yes!)", "really ? ! ( yes ! )"),
        ("J. R. R. Tolkien's ﬁrst", "j. r. r. tolkien 's first"),
        ("I cannot; you're gonna.", "i can not ; you 're gon na ."),
        ("'Tis $5 at 10%: 'so'", "' tis $ 5 at 10 % : ' so '"),
        ("a \r\n\r\n  b\tc", "a \n b c"),
        ("\nstart", "\n start"),
        ("", ""),
        (" \t ", ""),
    ],
)
def test_words_of_openais_own_code(text, found):
    assert words(text) == [word for word in found.split(" ") if word]


@settings(max_examples=100, deadline=None)
@given(text=ENGLISH)
def test_the_openai_dialect_reads_its_own_text_back(openai, text):
    once = openai.encode(text)
    assume(0 not in once)  # what was unknown is not there to be read again
    again = openai.encode(decoded(openai, once).decode())
    assert decoded(openai, again) == decoded(openai, once)


@settings(max_examples=200, deadline=None)
@given(text=st.text())
def test_any_text_has_words_without_white_space_but_single_line_breaks(text):
    found = words(text)
    assert all(word == "\n" or (word and not any(c.isspace() for c in word)) for word in found)
    assert all(pair != ("\n", "\n") for pair in pairwise(found))


def test_half_of_a_surrogate_pair_is_refused(gpt2, openai):
    for tokenizer in (gpt2, openai):
        with pytest.raises(InvalidInput, match="surrogate"):
            tokenizer.encode("a\ud83d")


@pytest.mark.parametrize("kind", ["gpt2", "gpt1"])
def test_a_whole_tokenizer_file_says_the_same_as_its_parts(real_tokenizer, tmp_path, kind):
    from transformers import GPT2Tokenizer, OpenAIGPTTokenizer

    source, architecture = real_tokenizer(kind), GPT2 if kind == "gpt2" else GPT1
    oracle = (GPT2Tokenizer if kind == "gpt2" else OpenAIGPTTokenizer).from_pretrained(source)
    oracle.backend_tokenizer.enable_padding(length=64)
    oracle.backend_tokenizer.save(str(tmp_path / "tokenizer.json"))
    whole = load_tokenizer(tmp_path, architecture, "hf")
    parts = load_tokenizer(source, architecture, "hf")
    text = "It's the <|endoftext|> of\n\nthe world,  isn't it? <unk> é 漢"
    assert whole.encode(text) == parts.encode(text)
    assert decoded(whole, whole.encode(text)) == decoded(parts, parts.encode(text))


def test_a_tokenizer_file_of_another_kind_is_refused(real_tokenizer, tmp_path):
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel

    Tokenizer(WordLevel({"a": 0}, unk_token="a")).save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(ModelUnavailable, match="not GPT-2's byte-level tokenizer"):
        load_tokenizer(tmp_path, GPT2, "hf")


def test_a_damaged_tokenizer_file_is_refused(real_tokenizer, tmp_path):
    shutil.copy(real_tokenizer("gpt2") / "vocab.json", tmp_path / "tokenizer.json")
    with pytest.raises(ModelUnavailable, match="cannot read"):
        load_tokenizer(tmp_path, GPT2, "hf")
