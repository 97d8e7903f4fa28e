"""Going on in several ways at once: one batch, common noise, a node for each, and where they part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.api.outputs import Columns
from playground.session.ways import Way, typed, ways_of
from playground.testing.scripted import ScriptedModel

COINS = [{"a": 0.5, "b": 0.3, "c": 0.2}] * 30


@pytest.fixture
def coins(open_bench, model):
    hands = open_bench(
        model=model("coins", COINS, after="x"), chain="sample", max_tokens=12, seed=3
    )
    hands.type("/type x")
    return hands


@pytest.fixture
def passes(monkeypatch):
    """How many tokens each read of a model took, for each of its rows."""
    seen = []
    read = ScriptedModel.read

    def counted(self, batch):
        seen.append(tuple(len(each.tokens) for each in batch))
        return read(self, batch)

    monkeypatch.setattr(ScriptedModel, "read", counted)
    return seen


def test_all_runs_advance_in_one_read_a_step_and_the_prompt_is_read_once(coins, passes):
    coins.type('/compare greedy sample "top_k(2) | sample" "temperature(2) | sample"')
    assert len(passes) == 12
    assert (passes[0], passes[-1]) == ((1,), (1,) * 4), "what they have alike is read once"
    assert all(read == 1 for rows in passes for read in rows)


def test_each_run_is_a_node_and_one_stays_where_one_is(coins):
    shown = coins.type('/compare greedy "top_k(2) | sample"')
    assert shown.startswith("-- greedy\naaaaaaaaaaaa\n-- top_k(2) | sample\n")
    assert shown.endswith("-- nodes 2 to 3 · seed 3 · /goto goes on with one")
    assert coins.bench.number(coins.bench.tree.cursor) == 1
    children = coins.bench.tree.children(coins.bench.tree.cursor)
    assert children[0].text == "a" * 12
    coins.type("/goto 3")
    assert coins.table("/why 0")[1]["stage"] == "top_k(2)"


def test_a_run_is_what_its_chain_says_alone_with_the_same_seed(coins):
    coins.type('/compare "top_k(2) | sample" sample')
    compared = [node.text for node in coins.bench.tree.children(coins.bench.tree.cursor)]
    for chain, text in zip(["top_k(2) | sample", "sample"], compared, strict=True):
        coins.type("/goto 1")
        coins.type(f"/strategy {chain}")
        coins.type("")
        assert coins.bench.node.text == text


def test_one_chain_is_compared_with_the_chosen_one_and_none_with_itself(coins):
    assert coins.type("/compare greedy").startswith("-- sample\n")
    coins.type("/n 2")
    assert coins.type("/compare").startswith("-- sample #1\n")
    coins.type("/n 1")
    assert "-- sample · seed 1\n" in coins.type("/compare seed=1 seed=2")


def test_models_are_compared_too(coins, model):
    other = model("other", "zzz", after="x")
    shown = coins.type(f"/compare greedy model=coins model={other}")
    assert "-- coins · greedy\naaaaaaaaaaaa\n-- other · greedy\nzzz\n" in shown
    assert "they part at token 0\n" in shown


def test_where_they_part_both_distributions_are_shown(coins):
    rows = coins.table('/compare greedy "bad_words([\\"a\\"]) | greedy"')
    assert [(row["took"], row["rank"]) for row in rows] == [('"a"', 0), ('"b"', 0)]
    assert rows[0]["of"].startswith('"a" 0.5000  "b" 0.3000')
    assert rows[1]["of"].startswith('"b" 0.6000  "c" 0.4000')
    assert "they say the same" in coins.type('/compare greedy "top_k(1) | greedy"')


def test_the_texts_are_shown_as_they_grow_and_whole_at_the_end(coins):
    shown = [o for o in coins.outputs("/compare greedy sample") if isinstance(o, Columns)]
    assert [each.final for each in shown] == [False] * (len(shown) - 1) + [True]
    assert len(shown) >= 2
    text = "".join(piece.text for piece in shown[-1].columns[0].pieces)
    assert text == "a" * 12


def test_rows_of_any_model_and_chain_stand_between_semicolons(coins, model):
    model("other", "zzz", after="x")
    shown = coins.type("/compare greedy ; sample model=other seed=9")
    assert "-- coins · greedy · seed 3\n" in shown
    assert "-- other · sample · seed 9\nzzz\n" in shown
    assert coins.type("/compare model=other").startswith("-- coins · sample\n")


@pytest.fixture
def ask(home):
    folder = home / "config" / "prompts"
    folder.mkdir()
    (folder / "ask.toml").write_text(
        "layout = '{{q}}'\nquery = 'Q: {{input}} A:'\nmax_tokens = 4\n"
        "stop = ['d']\nchain = 'top_k(2) | greedy'\n"
    )
    (folder / "closed.toml").write_text("layout = '{{q}}'\nquery = 'Once'\n")
    return "ask"


def test_templates_are_filled_with_the_text_and_each_has_a_text_of_its_own(open_bench, model, ask):
    hands = open_bench(
        model=model("steps", list("abcdef") * 9), chain=None, seed=3, max_tokens=None
    )
    hands.type("/type x")
    shown = hands.type(f"/compare template=none template={ask}")
    assert "-- top_k(2) | greedy · ask\n" in shown
    tree = hands.bench.tree
    here, of_template = tree.children(None)
    assert [here.text, of_template.text] == ["x", "Q: x A:"]
    assert tree.cursor == here.id
    (plain,), (filled,) = tree.children(here.id), tree.children(of_template.id)
    assert len(plain.tokens) > 4
    assert len(filled.tokens) <= 4
    assert "d" not in filled.text
    hands.type(f"/compare template=none template={ask}")
    assert len(tree.children(None)) == 2
    assert len(tree.children(of_template.id)) == 2
    kept = hands.bench.keeper.history.run(filled.run)
    assert (kept.template, kept.variables) == (ask, {"input": "x"})


def test_a_text_that_a_template_does_not_take_is_an_error(coins, ask):
    assert "takes no text" in coins.error("/compare template=none template=closed").text


def test_a_column_knows_the_node_that_it_has_become(coins):
    *_, last = [o for o in coins.outputs("/compare greedy sample") if isinstance(o, Columns)]
    assert [column.node for column in last.columns] == [2, 3]


def test_what_was_said_is_shown_and_kept_where_waiting_is_given_up(open_bench, model):
    hands = open_bench(
        model=model("endless", "la" * 2000, after="x"), chain="greedy", max_tokens=4000, seed=1
    )
    hands.type("/type x")
    outputs = hands.bench.run('/compare greedy "top_k(1) | greedy"')
    found = []
    for output in outputs:
        found.append(output)
        hands.bench.stop()
    *_, last = [o for o in found if isinstance(o, Columns)]
    assert last.final
    assert [column.node for column in last.columns] == [2, 3]


WAYS = st.builds(
    Way,
    model=st.none() | st.text(),
    chain=st.none() | st.sampled_from(["greedy", "top_k(2) | sample", "ban_phrases([';', 'a=b'])"]),
    template=st.none() | st.text(),
    seed=st.none() | st.integers(0, 2**40),
)


@given(st.lists(WAYS, min_size=1, max_size=5))
def test_ways_are_read_as_they_are_written(ways):
    assert ways_of(typed(ways)) == ways


def test_a_group_is_every_combination():
    assert len(ways_of("a b model=x model=y seed=1 seed=2 ; c")) == 9


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/compare", "one run alone compares with nothing"),
        ("/compare gredy sample", "did you mean greedy"),
        ("/compare greedy model=nope", "no model 'nope'"),
        ("/compare greedy seed=x", "a seed is a whole number"),
        ('/compare greedy "sample', 'a " is not closed'),
        ("/compare " + " ".join(f"seed={n}" for n in range(65)), "65 runs are too many"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_run(coins, passes, line, told):
    note = coins.error(line)
    assert told in note.text + note.hint
    assert passes == []
    assert len(coins.bench.tree) == 1


def test_a_run_that_fails_ends_alone(coins, with_plugin):
    hands = with_plugin(
        "breaks",
        "from playground.api import Processor, hookimpl\n"
        "class Breaks(Processor, frozen=True):\n"
        "    def __call__(self, candidates, step):\n"
        "        if step.position - step.prompt_length == 3: raise ValueError('broken')\n"
        "        return candidates\n"
        "@hookimpl\ndef register_processors(): return [Breaks]\n",
    )
    hands.type("/type Once")
    shown = hands.type('/compare greedy "breaks | greedy"')
    assert "-- greedy\n upon a time.\n-- breaks | greedy\n up\n" in shown
    assert "error: breaks | greedy: processor breaks failed: ValueError: broken" in shown


def test_stop_ends_all_of_them_and_keeps_what_was_said(open_bench, model):
    hands = open_bench(
        model=model("endless", "la" * 2000, after="x"), chain="greedy", max_tokens=4000, seed=1
    )
    hands.type("/type x")
    for output in hands.bench.run('/compare greedy "top_k(1) | greedy"'):
        # A second one would leave at once what the first ends in order.
        if isinstance(output, Columns) and not output.final and not hands.bench.stops:
            hands.bench.stop()
    nodes = hands.bench.tree.children(hands.bench.tree.cursor)
    assert [node.ended for node in nodes] == ["cancelled", "cancelled"]
    assert all(0 < len(node.tokens) < 4000 for node in nodes)


def test_all_of_it_is_in_the_history_also_where_nothing_was_before(open_bench, model):
    hands = open_bench(model=model("coins", COINS), chain="sample", max_tokens=12, seed=3)
    hands.type("/compare greedy sample")
    before = list(hands.bench.tree)
    assert len(before) == 2
    again = open_bench(resume="last")
    assert [(n.id, n.text, len(n.tokens)) for n in again.bench.tree] == [
        (n.id, n.text, len(n.tokens)) for n in before
    ]
    assert again.bench.tree.cursor is None
