"""What a template file may hold, and what is said, with file and line, of one that cannot be meant."""

from __future__ import annotations

import pytest

from playground.api import InvalidInput, Template
from playground.session.render import render
from playground.session.template_files import line_of, read_template


def test_every_key_of_the_format(parsed):
    template = parsed("""
description = 'd'
header = 'H '
layout = '{{x}}'
query = '{{input}} {{tone}} {{label}}'
separator = ' | '
stop = ['#', "\\n"]
chain = 'greedy'
max_tokens = 5
shots = [{ x = '1' }, { x = '2' }]
[variables]
input = { help = 'h' }
tone.default = 'calm'
[labels]
yes = 'Yes'
no = 'No'
[[tests]]
variables.input = 'q'
shots = 1
prompt = 'H 1 | q calm'
tokens.gpt2 = 9
""")
    assert template.name == "mine"
    assert template.stop == ("#", "\n")
    assert template.shots == ({"x": "1"}, {"x": "2"})
    assert template.variables["input"].help == "h"
    assert template.tests[0].tokens == {"gpt2": 9}
    assert render(template, {"input": "q"}, shots=1).text == "H 1 | q calm"


def test_literal_strings_keep_every_space_and_newline(parsed):
    template = parsed("query = '''\n  a \\n\t{{input}}  \n\n'''")
    assert render(template, {"input": "x"}).text == "  a \\n\tx  \n\n"


def test_a_txt_file_is_a_query_as_it_is(write):
    template = read_template(write("Dear {{input}},\n{{body}}\n", "letter.txt"))

    assert template.name == "letter"
    assert render(template, {"input": "Ann", "body": "x"}).text == "Dear Ann,\nx\n"


FAULTS = {
    "query = 'x\n": (1, "not TOML: Expected", "'''"),
    "header = 'a'\nquery = x": (2, "not TOML: Invalid value", "quotes"),
    "header = 'a'\n\nquery = '''\n\n": (3, "not TOML: Expected", "quotes"),
    "query = 'a'\nquery = 'b'": (2, "not TOML: Cannot overwrite a value", ""),
    "header = 'a'": (1, "the key query is missing", "add: query"),
    "query = 'a'\n\n# c\nseperator = '#'": (4, "unknown key 'seperator'", "did you mean separator?"),
    "query = 'a'\nname = 'b'": (2, "named after its file", "remove"),
    "query = 'a'\nzzz = 'b'": (2, "unknown key 'zzz'", "the keys are: query, description"),
    "query = '''\nzzz = 1\n'''\nzzz = 1": (4, "unknown key 'zzz'", ""),
    "query = '{{x}}'\n[variables.x]\nhelp = ''\ndefualt = 'x'": (
        4, "unknown key 'defualt'", "did you mean default?"),
    "query = 'a'\n[[tests]]\nprompt = 'a'\n[[tests]]\nprmpt = 'a'": (
        5, "unknown key 'prmpt'", "did you mean prompt?"),
    "query = 'a'\nstop = '#'": (2, "stop: expected `array`, got `str`", ""),
    "query = 'a'\nmax_tokens = -1": (2, "max_tokens: expected `int` >= 0", ""),
    "query = 'a'\n[labels]\nx = 'X'\ny = 2": (4, "labels.y: expected `str`, got `int`", ""),
    "query = 'a'\nlayout = '{{x}}'\n[[shots]]\nx = '1'\n[[shots]]\nx = 2": (
        5, "shots.2: expected `str`, got `int`", ""),
    "query = 'a'\nlayout = '{{x}}'\n[[shots]]\nx = '1'\n[[shots]]\nx = '2'\ny = '3'": (
        5, "shot 2 has an unused field 'y'", "the layout's fields are: x"),
    "query = 'a'\nlayout = '{{x}}{{y}}'\n[[shots]]\nx = '1'\n[[shots]]\nx = '2'\ny = '3'": (
        3, "shot 1 lacks field 'y'", "the layout's fields are: x, y"),
    "query = 'a'\n\n[[shots]]\nx = '1'": (3, "shots need a layout", "layout ="),
    "header = 'a'\nquery = '{{inptu}}'": (2, "{{inptu}} is not a variable", "[variables.inptu]"),
    "header = '{{ input }}'\nquery = 'a'": (1, "spaces inside its braces", "write {{input}}"),
    "query = 'a'\nlayout = '{{input}}'\nshots = [{y = '1'}]": (2, "{{input}} is not", ""),
    "query = 'a'\n[variables.x]\nhelp = ''": (2, "variable 'x' has no place", "the places are: none"),
    "query = 'a'\nstop = ['']": (2, "a stop string is empty", ""),
    "query = 'a'\n[labels]\nx = 'X'": (2, "at least two different texts", ""),
    "query = 'a'\n[labels]\nx = 'X'\ny = 'X'": (2, "at least two different texts", ""),
    "query = '{{label}}'": (1, "{{label}} is not a variable", ""),
    "query = '{{label}}{{label}}'\n[labels]\nx = 'X'\ny = 'Y'": (1, "only once", ""),
    "query = '{{label}}'\n[variables.label]\n[labels]\nx = 'X'\ny = 'Y'": (
        2, "a variable cannot be called 'label'", ""),
    "query = 'a'\n[[tests]]\nvariables.x = 'b'": (2, "test 1: 'x' is not a variable", ""),
    "query = 'a'\n[[tests]]\nshots = 1": (2, "test 1 wants 1 shots; there are 0", ""),
}  # fmt: skip


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_told_with_file_and_line(write, text):
    line, message, hint = FAULTS[text]
    file = write(text)

    with pytest.raises(InvalidInput) as error:
        read_template(file)

    assert error.value.message.startswith(f"{file}:{line}: ")
    assert message in error.value.message
    assert hint in error.value.hint


def test_a_txt_file_with_spaced_braces_is_told_too(write):
    with pytest.raises(InvalidInput, match=r"mine\.txt:1: .*spaces inside"):
        read_template(write("{{ input }}", "mine.txt"))


def test_bytes_that_are_no_text_are_told_with_their_line(write):
    with pytest.raises(InvalidInput, match=r"mine\.toml:2: not UTF-8"):
        read_template(write(b"query = 'a'\nheader = '\xff'"))


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_template(tmp_path / "absent.toml")


def test_the_line_of_a_key_is_where_its_statement_begins():
    text = "a = [\n  1,\n]\n# a comment\n\nb = '''\nc = 1\n'''\nc = 2\n"
    assert [line_of(text, (key,)) for key in "abcx"] == [1, 6, 9, 1]


def test_a_plugin_cannot_make_an_inconsistent_template_either():
    with pytest.raises(InvalidInput, match=r"\{\{who\}\} is not a variable"):
        Template(name="x", query="{{who}}")
