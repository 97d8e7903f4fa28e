"""`/inspect`: what inspectors tell at the prompt, of the text, its last token or a text that is typed."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api.inspectors import TextToken
from playground.session.inspecting import models_and_text
from playground_inspect.tokens import stretches


def test_without_a_name_it_lists_what_there_is(hands):
    assert [row["inspector"] for row in hands.table("/inspect")] == ["funnel", "tokens", "score"]


def test_the_funnel_is_that_of_the_last_token(hands):
    hands.type("Once")
    why = hands.type("/why 13")
    assert hands.type("/inspect funnel") == why


def test_the_funnel_needs_a_token(hands):
    hands.type("/type Once")
    assert hands.error("/inspect funnel").text == "no token is looked at"


def test_tokenizers_are_laid_beside_each_other(hands):
    rows = hands.table("/inspect tokens model=tale model=shakespeare-rnn To be")
    assert rows[0]["tale"] == '"T" 84'
    assert all(row["shakespeare-rnn"] for row in rows)
    assert "no model 'nope'" in hands.error("/inspect tokens model=nope x").text
    assert "has no tokens" in hands.error("/inspect tokens").text


def test_the_score_tells_the_surprisal_of_every_token(hands):
    rows = hands.table("/inspect score Once upon")
    assert "".join(row["token"].strip('"') for row in rows) == "nce upon"
    for row in rows:
        bits = float(row["surprisal"].removesuffix(" bits"))
        assert math.isclose(2**-bits, float(row["probability"]), abs_tol=1e-3)


@pytest.mark.parametrize("line", ["/inspect tokns", "/inspect tokens 'x"])
def test_what_cannot_be_is_told(hands, line):
    hands.type("/type x")
    if "tokns" in line:
        assert "did you mean tokens" in hands.error(line).hint
    else:
        assert '"\'" 39' in hands.type(line)


def test_models_are_named_before_the_text():
    assert models_and_text('model=a "model=b c" model x') == (("a", "b c"), "model x")
    assert models_and_text("") == ((), "")


TEXTS = st.text("aB 中", min_size=1, max_size=20)
PLACES = st.lists(st.lists(st.integers(0, 50)), min_size=1, max_size=4)


def cut(text: str, at: list[int]) -> list[TextToken]:
    ends = sorted({*(place % (len(text) + 1) for place in at), 0, len(text)})
    return [TextToken(i, text[a:b]) for i, (a, b) in enumerate(itertools.pairwise(ends))]


@given(TEXTS, PLACES)
def test_parts_hold_every_token_once_in_order_and_spell_the_same(text, places):
    cuts = [cut(text, at) for at in places]
    parts = list(stretches(cuts))
    for number, whole in enumerate(cuts):
        assert [token for part in parts for token in part[number]] == whole
    for part in parts:
        spelt = {
            "".join(token.text for token in tokens).replace(" ", "").lower() for tokens in part
        }
        assert len(spelt) == 1
