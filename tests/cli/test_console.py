"""Colours, tables and JSON: what a stream gets follows from what it is."""

import io
import json

import pytest

from playground.ui.cli import console


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "on_terminal", "in_pipe"),
    [
        ({"TERM": "xterm"}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True, False),
        ({"TERM": "xterm", "FORCE_COLOR": "1"}, True, True),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
    ],
)
def test_colours_are_for_terminals_unless_the_environment_says_otherwise(
    monkeypatch, environment, on_terminal, in_pipe
):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert console.has_colour(Terminal()) is on_terminal
    assert console.has_colour(io.StringIO()) is in_pipe


def test_columns_are_aligned_whatever_the_script(capsys):
    rows = [
        ("日本", 7, "two wide characters"),
        ("cafe\u0301", 123, "a combining accent"),
        (None, 0, ""),
    ]
    console.print_table(("word", "count", "note"), rows, right=("count",))
    assert capsys.readouterr().out.splitlines() == [
        "word  count  note",
        "日本      7  two wide characters",
        "cafe\u0301    123  a combining accent",
        "          0",
    ]


def test_a_cell_is_one_line_and_never_acts_on_a_terminal(capsys):
    console.print_table(("piece",), [("a\nb\x1b[2J",)])
    assert capsys.readouterr().out.splitlines() == ["piece", "a␊b␛[2J"]


def test_a_list_is_json_with_a_line_for_each_element(capsys):
    console.print_json([{"id": 1}, {"id": 2}])
    printed = capsys.readouterr().out
    assert json.loads(printed) == [{"id": 1}, {"id": 2}]
    assert printed.splitlines() == ["[", '  {"id":1},', '  {"id":2}', "]"]


@pytest.mark.parametrize("value", [[], {}, {"a": [1, 2]}, [1.5, None, "é"]])
def test_any_value_is_printed_as_json(capsys, value):
    console.print_json(value)
    assert json.loads(capsys.readouterr().out) == value


def test_a_number_that_is_not_finite_is_null(capsys):
    console.print_json({"logprob": float("-inf")})
    assert json.loads(capsys.readouterr().out) == {"logprob": None}


def test_errors_and_hints_go_to_stderr(capsys):
    console.error("it broke", "mend it")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "error: it broke\nhint: mend it\n")
