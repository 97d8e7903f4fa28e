"""`playground detect` tells a marked text from others, by its tokens or by its text."""

import json

import pytest


@pytest.fixture
def marked(playground):
    """What the embedded model said last, marked."""
    chain = 'watermark("synthid") | sample'
    text = playground.run("gen", "ROMEO:", "-s", chain, "--seed", "3", "--max-tokens", "250").stdout
    return chain, text


def test_the_command_finds_what_was_generated_last(playground, marked):
    found = json.loads(playground.run("detect", "--last", "--json").stdout)
    assert found["watermarked"]
    assert found["z"] > 5


def test_the_command_finds_it_in_a_text_and_in_a_file(playground, marked, tmp_path):
    chain, text = marked
    shown = playground.run("detect", text, "-s", chain).stdout
    assert shown.startswith("watermarked: z = ")
    file = tmp_path / "text.txt"
    file.write_text(text)
    assert playground.run("detect", "--file", str(file), "-s", chain).stdout == shown
    assert playground.run("detect", "-s", chain, stdin=text).stdout == shown


def test_the_command_says_what_it_does_not_find(playground, marked):
    _, text = marked
    other = playground.run("detect", text, "-s", "watermark(key=7)").stdout
    assert other.startswith("no watermark found: z = ")


def test_a_chain_that_leaves_no_mark_is_an_error(playground):
    failed = playground.run("detect", "some text", "-s", "top_k(5)")
    assert failed.exit_code == 2
    assert "leaves no watermark" in failed.stderr


def test_two_texts_are_one_too_many(playground):
    failed = playground.run("detect", "some text", "--last")
    assert failed.exit_code == 2
    assert "give one of them" in failed.stderr


def test_a_file_that_is_no_text_is_an_error(playground, marked):
    file = playground.folder / "is-no-utf8"
    file.write_bytes(b"\xff\xfe")
    failed = playground.run("detect", "--file", str(file), "-s", marked[0])
    assert failed.exit_code == 2
    assert "cannot read" in failed.stderr
