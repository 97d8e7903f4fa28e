"""`playground tokens`: how a text is cut, by one tokenizer or two."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.ui.cli.tokens import Piece, side_by_side

DATA = Path(os.environ.get("PLAYGROUND_DATA", Path(__file__).parents[3] / "shared" / "data"))
SIZES = {
    "gpt2": {"model_type": "gpt2", "vocab_size": 50257},
    "gpt1": {"model_type": "openai-gpt", "vocab_size": 40478},
}


@pytest.fixture
def gpt(playground):
    """Folders with the tokenizers of GPT-1 and GPT-2, and no weights."""

    def gpt(name: str) -> str:
        source = DATA / "tokenizers" / name
        if not source.is_dir():
            pytest.skip(f"needs {source}")
        folder = playground.folder / name
        folder.mkdir()
        shape = {"n_positions": 1024, "n_embd": 8, "n_layer": 1, "n_head": 1}
        (folder / "config.json").write_text(json.dumps(SIZES[name] | shape))
        for file in source.iterdir():
            (folder / file.name).symlink_to(file)
        return str(folder)

    return gpt


def test_json_is_ids_texts_and_bytes(playground):
    model = playground.model("bytes", "")
    result = playground.run("tokens", "-m", model, "né", "--json")

    assert json.loads(result.stdout) == [
        {"id": 110, "text": "n", "bytes": [110]},
        {"id": 195, "text": "\ufffd", "bytes": [195]},
        {"id": 169, "text": "\ufffd", "bytes": [169]},
    ]
    assert result.stderr == "bytes: 3 tokens for 2 characters\n"


def test_the_table_shows_ids_pieces_texts_and_bytes(playground, gpt):
    result = playground.run("tokens", "-m", gpt("gpt2"), "Hello World")

    assert result.stdout.splitlines() == [
        "   id  piece   text      bytes",
        '15496  Hello   "Hello"   48 65 6c 6c 6f',
        ' 2159  ĠWorld  " World"  20 57 6f 72 6c 64',
    ]


def test_diff_shows_two_tokenizers_side_by_side(playground, gpt):
    old, new = gpt("gpt1"), gpt("gpt2")
    lines = playground.run(
        "tokens", "-m", new, "--diff", old, "Hello, untoldly Agney"
    ).stdout.splitlines()

    rows = [line.split() for line in lines[1:]]
    assert rows[0] == ["Hello(15496)", "hello</w>(3570)"]
    assert rows[1] == [",(11)", ",</w>(240)"]
    assert any(row[0] == "*" for row in rows[2:])


def test_diff_json_has_a_list_for_each_model(playground, gpt):
    bytewise = playground.model("bytes", "")
    new = gpt("gpt2")
    found = json.loads(
        playground.run("tokens", "-m", bytewise, "--diff", new, "Hi", "--json").stdout
    )

    assert [token["id"] for token in found["bytes"]] == [72, 105]
    assert [token["id"] for token in found[new]] == [17250]


def test_an_empty_text_has_no_tokens(playground):
    assert (
        json.loads(
            playground.run("tokens", "-m", playground.model("bytes", ""), "", "--json").stdout
        )
        == []
    )


def test_stdin_keeps_its_last_newline(playground):
    result = playground.run(
        "tokens", "-m", playground.model("bytes", ""), "-", "--json", stdin="a\n"
    )
    assert [token["text"] for token in json.loads(result.stdout)] == ["a", "\n"]


def test_no_torch_is_loaded(playground, gpt):
    script = (
        "import sys; from playground.ui.cli.app import cli\n"
        "try: cli.main(['tokens', '-m', sys.argv[1], 'Hello', '--json'])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print('|', sorted({'torch', 'transformers'} & set(sys.modules)), file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", script, gpt("gpt2")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert json.loads(done.stdout)[0]["id"] == 15496
    assert done.stderr.endswith("| []\n")


cuts = st.lists(st.sampled_from([b"a", b"B", b" ", b" b", b"ab ", b"\xc3", b""]), max_size=8)


@given(cuts, cuts)
def test_side_by_side_shows_every_token_once_and_in_order(left, right):
    sides = [[Piece(at, "", data) for at, data in enumerate(side)] for side in (left, right)]
    pairs = list(side_by_side(*sides))

    assert [piece for pair in pairs for piece in pair[0]] == sides[0]
    assert [piece for pair in pairs for piece in pair[1]] == sides[1]


@given(st.lists(st.sampled_from(["a", "Bc", " ", "d"]), min_size=1, max_size=8))
def test_the_same_cut_lines_up_token_by_token(words):
    pieces = [Piece(0, "", word.encode()) for word in words]
    if b" " not in [piece.bytes for piece in pieces]:
        assert all(len(one) == len(two) == 1 for one, two in side_by_side(pieces, pieces))
