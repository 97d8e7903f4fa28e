"""Files as documents and examples, what is mended in them, and what is held out."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.api import InvalidInput
from playground_train import GptTrainer
from playground_train.data.reading import Corpus, read
from playground_train.data.splitting import split


def corpus(path: Path, content: str | bytes, **how: Any) -> Corpus:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read([path], GptTrainer(**how))


def test_text_files_are_documents_in_their_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_bytes("é\r\n".encode())
    two.write_bytes(b" z")
    made = read([one, two], GptTrainer())
    assert made.texts == ("é\r\n", " z")
    assert not made.examples
    assert made.names == ("one.txt", "two.txt")
    assert made.sha256 == hashlib.sha256("é\r\n z".encode()).hexdigest()
    assert made.notes == ()


def test_a_column_of_a_csv_file_is_examples(tmp_path: Path) -> None:
    content = 'ID,Joke\n1,"one, ""two""\nthree"\n2, four \n3,\n'
    made = corpus(tmp_path / "jokes.csv", content, column="Joke", prefix="JOKE: ")
    assert made.texts == ('JOKE: one, "two"\nthree', "JOKE: four")
    assert made.examples
    assert made.notes == ("1 examples were empty and left out",)


def test_objects_of_a_jsonl_file_and_lines_are_examples(tmp_path: Path) -> None:
    content = '{"text": "a"}\n\n{"text": "b\\u2028"}\n'
    assert corpus(tmp_path / "x.jsonl", content).texts == ("a", "b")
    assert corpus(tmp_path / "x.txt", "a\n\nb", format="lines").texts == ("a", "b")


def test_wrongly_decoded_text_is_mended_and_said(tmp_path: Path) -> None:
    made = corpus(tmp_path / "x.txt", "donâ€™t, café\n")
    assert made.texts == ("don’t, café\n",)
    assert made.notes == ("1 documents had wrongly decoded characters, now mended",)
    assert corpus(tmp_path / "x.txt", "donâ€™t", repair=False).texts == ("donâ€™t",)


def test_characters_outside_ascii_are_kept_folded_dropped_or_refused(tmp_path: Path) -> None:
    text = "“café” — 日本"
    assert corpus(tmp_path / "x.txt", text).texts == (text,)
    folded = corpus(tmp_path / "x.txt", text, non_ascii="fold")
    assert folded.texts == ('"cafe" - ',)
    assert folded.notes == (
        "4 characters outside ASCII were written in ASCII",
        "2 characters outside ASCII were dropped",
    )
    assert corpus(tmp_path / "x.txt", text, non_ascii="drop").texts == ("caf  ",)
    with pytest.raises(InvalidInput, match=r"'“' \(U\+201C\) is not ASCII"):
        corpus(tmp_path / "x.txt", text, non_ascii="refuse")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("x.txt", b"", "no text to train on: the files are empty"),
        ("x.csv", b"text\n\n", "no text to train on: the files are empty"),
        ("x.txt", b"ab\0c", "is not text: byte 0 at offset 2"),
        ("x.txt", b"ab\xe9c", "is not UTF-8: byte 0xe9 at offset 2"),
        ("x.csv", b"ID,Joke\n1,a\n", "has no column 'text'; its first line names ID, Joke"),
        ("x.csv", b"", "has no column 'text'; its first line names nothing"),
        ("x.jsonl", b'{"text": 1}', "line 1 has no text in a field 'text'"),
        ("x.jsonl", b"{}\n[", "line 1 has no text in a field 'text'"),
        ("x.jsonl", b"[", "line 1: "),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        corpus(tmp_path / name, content)
    assert told in raised.value.message


def test_missing_files_no_files_and_mixed_kinds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"nowhere\.txt cannot be read: No such file"):
        read([tmp_path / "nowhere.txt"], GptTrainer())
    with pytest.raises(InvalidInput, match="no text"):
        read([], GptTrainer())
    with pytest.raises(InvalidInput, match="cannot be mixed"):
        read([tmp_path / "a.txt", tmp_path / "b.csv"], GptTrainer())


def test_the_end_of_the_texts_is_held_out() -> None:
    parts = split(["a" * 50, "b" * 45, "c" * 5], 0.1, by_hash=False)
    assert parts.training == ("a" * 50, "b" * 40)
    assert parts.held_out == ("b" * 5, "c" * 5)


@settings(deadline=None)
@given(st.sets(st.integers(0, 10**6), min_size=30, max_size=60), st.integers(0, 100))
def test_by_hash_the_side_of_a_text_depends_on_it_alone(numbers: set[int], seed: int) -> None:
    texts = [f"text {number}" for number in numbers]
    some = random.Random(seed).sample(texts, len(texts) - 5)
    parts, others = (split(side, 0.5, by_hash=True) for side in (texts, some))
    assert sorted(parts.training + parts.held_out) == sorted(texts)
    assert set(others.held_out) == set(parts.held_out) & set(some)


def test_by_hash_about_the_share_is_held_out() -> None:
    parts = split([f"joke {i}" for i in range(2000)], 0.1, by_hash=True)
    assert 150 < len(parts.held_out) < 250


@pytest.mark.parametrize("by_hash", [False, True])
def test_a_split_that_would_be_empty_is_refused(by_hash: bool) -> None:
    with pytest.raises(InvalidInput, match="leaves too little to"):
        split(["a short text"], 0.1, by_hash=by_hash)
