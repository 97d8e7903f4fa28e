"""A text is what was given: read whole, kept to the last byte, refused where it is no text."""

import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import InvalidInput
from playground.ui.cli.textin import read_stdin, read_template_input, read_text


class Stdin(io.TextIOWrapper):
    """Bytes on stdin, from a pipe or typed at a terminal."""

    def __init__(self, data: bytes, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(data), encoding="ascii")
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.fixture
def pipe(monkeypatch):
    return lambda data, **how: monkeypatch.setattr(sys, "stdin", Stdin(data, **how))


def test_the_argument_is_the_text(pipe):
    pipe(b"not this")
    assert read_text("this") == "this"
    assert read_text("") == ""


@pytest.mark.parametrize("argument", ["-", None])
def test_a_dash_or_nothing_reads_the_pipe(pipe, argument):
    pipe(b"a\r\nb\n")
    assert read_text(argument) == "a\r\nb\n"


def test_nothing_at_a_terminal_is_an_error_with_an_offer(pipe):
    pipe(b"", terminal=True)
    with pytest.raises(InvalidInput) as caught:
        read_text(None)
    assert "pipe it in" in caught.value.hint


@given(st.text())
def test_any_text_comes_through_stdin_unchanged(text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", Stdin(text.encode()))
        assert read_stdin() == text


@given(st.binary(max_size=20), st.integers(0x80, 0xBF))
def test_the_first_byte_that_is_not_utf8_is_named(head, stray):
    clean = head.decode(errors="ignore").encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", Stdin(clean + bytes([stray])))
        with pytest.raises(InvalidInput, match=f"byte 0x{stray:02X} at offset {len(clean)}$"):
            read_stdin()


@pytest.mark.parametrize(("piped", "kept"), [(b"a\n", "a"), (b"a\r\n", "a"), (b"a\n\n", "a\n")])
def test_the_input_of_a_template_loses_one_final_newline_and_that_is_said(
    pipe, capsys, piped, kept
):
    pipe(piped)
    assert read_template_input() == kept
    assert "final newline" in capsys.readouterr().err


def test_the_input_of_a_template_without_a_final_newline_is_whole(pipe, capsys):
    pipe(b" a ")
    assert read_template_input() == " a "
    assert capsys.readouterr().err == ""
