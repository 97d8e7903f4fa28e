"""What a template renders to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api import InvalidInput, Template, Variable
from playground.session.render import render

FEW_SHOT = Template(
    name="few",
    header="H\n",
    layout="{{a}}>{{b}}",
    query="{{input}}>",
    separator="\n#\n",
    shots=({"a": "1", "b": "one"}, {"a": "2", "b": "two"}),
    stop=("#",),
)


def test_header_shots_and_query_with_separators_between():
    assert render(FEW_SHOT, {"input": "3"}).text == "H\n1>one\n#\n2>two\n#\n3>"


@pytest.mark.parametrize(
    ("count", "text"), [(0, "H\n3>"), (1, "H\n1>one\n#\n3>"), (2, "H\n1>one\n#\n2>two\n#\n3>")]
)
def test_shots_uses_the_first_ones(count, text):
    prompt = render(FEW_SHOT, {"input": "3"}, shots=count)

    assert (prompt.text, prompt.shots) == (text, count)


@pytest.mark.parametrize("count", [-1, 3])
def test_more_shots_than_there_are_is_an_error_with_both_numbers(count):
    with pytest.raises(InvalidInput, match=f"has 2 shots, not {count}") as error:
        render(FEW_SHOT, {"input": "3"}, shots=count)
    assert error.value.hint == "--shots takes 0 to 2"


@given(st.text())
def test_a_value_is_never_read_as_a_place_or_a_separator(value):
    value = "{{input}}{{label}}\n#\n{{a}}" + value
    assert render(FEW_SHOT, {"input": value}, shots=0).text == f"H\n{value}>"


def test_what_is_no_place_stays():
    template = Template(name="x", query="{input} {{}} {{{input}}} {{a b}} }} {{")
    assert render(template, {"input": "v"}).text == "{input} {{}} {v} {{a b}} }} {{"


def test_defaults_fill_what_is_not_given():
    template = Template(
        name="x",
        query="{{genre}} {{input}}",
        variables={"genre": Variable(default="folk"), "input": Variable(default="")},
    )
    assert render(template, {}).text == "folk "
    assert render(template, {"genre": "blues", "input": "!"}).text == "blues !"


def test_a_missing_variable_is_named_with_its_help_and_how_to_give_it():
    variables = {"context": Variable(help="where the answer is")}
    template = Template(name="qa", query="{{context}} {{input}}", variables=variables)
    with pytest.raises(InvalidInput, match="'qa' needs 'input', 'context'") as error:
        render(template, {})
    assert error.value.hint == (
        "give TEXT, or pipe it in; give -p context=VALUE (where the answer is)"
    )


def test_an_unknown_variable_gets_a_near_one_or_the_list():
    with pytest.raises(InvalidInput, match="no variable 'inptu'") as error:
        render(FEW_SHOT, {"inptu": "3"})
    assert error.value.hint == "did you mean input?"
    with pytest.raises(InvalidInput, match="no variable 'input'") as error:
        render(Template(name="fixed", query="Once"), {"input": "3"})
    assert error.value.hint == "it takes: none"


def test_a_shot_field_stands_before_a_variable_of_its_name():
    template = Template(
        name="x", layout="{{input}};", query="{{input}}", shots=({"input": "shot"},), separator=""
    )
    assert render(template, {"input": "mine"}).text == "shot;mine"


def test_a_layout_can_use_the_templates_variables():
    template = Template(
        name="x",
        layout="{{lang}}: {{word}}",
        query="{{lang}}: {{input}}",
        shots=({"word": "oui"},),
        variables={"lang": Variable(default="fr")},
    )
    assert render(template, {"input": "non"}).text == "fr: oui\nfr: non"


def test_labels_follow_the_query():
    template = Template(name="x", query="{{input}}:", labels={"a": " A", "b": " B"})
    prompt = render(template, {"input": "t"})

    assert (prompt.text, prompt.labels, prompt.after) == ("t:", {"a": " A", "b": " B"}, "")


def test_a_cloze_has_its_labels_in_the_gap_with_the_space_before_it():
    template = Template(name="x", query="It was {{label}}. {{input}}", labels={"a": "A", "b": "B"})
    prompt = render(template, {"input": "{{label}}"})

    assert (prompt.text, prompt.labels) == ("It was", {"a": " A", "b": " B"})
    assert prompt.after == ". {{label}}"
