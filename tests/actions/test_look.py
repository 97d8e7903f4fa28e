"""Looking at a text: tokens, why, next, score, statistics, probabilities."""

from __future__ import annotations

import pytest

from playground.api.outputs import Passage

SCRIPT = ["a", {"b": 0.6, "c": 0.3, "d": 0.1}, "e"]


@pytest.fixture
def choosing(open_bench, model):
    hands = open_bench(
        model=model("choices", SCRIPT, after="x"), chain="top_k(2) | greedy", max_tokens=3, seed=1
    )
    hands.type("x")
    return hands


def test_next_lists_the_likeliest_tokens(choosing):
    choosing.type("/goto 1")
    choosing.type("/type a")
    assert [row["token"] for row in choosing.table("/next 3")] == ['"b"', '"c"', '"d"']
    assert choosing.table("/next 3")[0]["probability"] == "0.6000"


def test_tokens_show_what_was_said_and_what_could_have_been(choosing):
    rows = choosing.table("/tokens")
    assert [row["token"] for row in rows] == ['"a"', '"b"', '"e"']
    assert rows[1]["probability"] == "0.6667"
    assert rows[1]["the model's own"] == "0.6000"
    assert rows[1]["could have been said"] == '0: "b" 0.6667  1: "c" 0.3333'


def test_tokens_of_a_typed_text_are_cut_by_the_tokenizer(choosing):
    choosing.type("/goto 1")
    assert [row["token"] for row in choosing.table("/tokens")] == ['"x"']
    choosing.type("/goto 0")
    assert "no tokens" in choosing.error("/tokens").text


def test_why_shows_what_every_stage_left_and_whom_it_cut(choosing):
    rows = choosing.table("/why 1")
    assert [row["stage"] for row in rows] == ["the model", "top_k(2)"]
    assert [row["rank"] for row in rows] == [0, 0]
    assert [row["probability"] for row in rows] == ["0.6000", "0.6667"]
    assert [row["mass"] for row in rows] == ["1.0000", "0.9000"]
    assert [row["entropy"] for row in rows] == ["0.898", "0.637"]
    assert rows[1]["left"] == "2"
    assert rows[0]["cut there"] is None
    assert rows[1]["cut there"].startswith('"d" 0.1000  ')
    assert 'greedy would have taken "b" (0.6000)' in choosing.type("/why 1")


def test_why_says_where_a_strategy_chose_from_another_distribution_than_the_chain_left(
    open_bench, model, with_plugin
):
    hands = with_plugin(
        "sharp",
        "import numpy as np\n"
        "from playground.api import Commit, Strategy, hookimpl\n"
        "class Sharp(Strategy, frozen=True):\n"
        '    """Looks twice as closely."""\n'
        "    def decode(self, context):\n"
        "        ids, reading = list(context.ids), context.reading\n"
        "        while True:\n"
        "            left = context.candidates(ids, reading.logits[-1])\n"
        "            sharp = left.rescored(left.scores * np.float32(2))\n"
        "            yield Commit(sharp.best(), sharp, reading.logits[-1])\n"
        "            ids.append(sharp.best())\n"
        "            reading = yield from context.read(reading.state, [ids[-1]])\n"
        "@hookimpl\ndef register_strategies(): return [Sharp]\n",
    )
    hands.type("/set model " + model("even", [{"a": 0.6, "b": 0.4}], after="x"))
    hands.type("/strategy sharp")
    hands.type("x")
    shown = hands.type("/why 0")
    assert "a distribution of its own: rank 0, probability 0.6923" in shown
    hands.type("/strategy greedy")
    hands.type("/retry")
    assert "of its own" not in hands.type("/why 0")


def test_why_says_of_a_token_that_was_chosen_by_hand_that_the_chain_removed_it(choosing):
    choosing.type("/strategy greedy")
    choosing.type("/retry")
    choosing.type("/alt 1 2")
    choosing.type("/strategy top_k(2) | greedy")
    rows = choosing.table("/why 1")
    assert [row["rank"] for row in rows] == [2, "removed"]
    assert rows[1]["probability"] is None


def test_why_of_another_node_moves_nothing(choosing):
    first, wanted = choosing.bench.number(choosing.bench.tree.cursor), choosing.type("/why 1")
    choosing.type("/alt 1 1")
    here = choosing.bench.tree.cursor
    assert choosing.type(f"/why 1 {first}") == wanted
    assert choosing.bench.tree.cursor == here
    choosing.type("/undo")
    assert choosing.bench.number(choosing.bench.tree.cursor) == first


def test_why_of_a_loaded_session_is_the_same(choosing, open_bench):
    before = choosing.type("/why 1")
    choosing.bench.close()
    again = open_bench(resume="last")
    assert again.type("/why 1") == before
    assert again.type("/alt 1 1").startswith("xac")


def test_score_and_stats_tell_figures(choosing):
    assert choosing.table("/score xa")[3]["value"] == "1 tokens, 1 characters"
    shown = choosing.type("/stats")
    assert "generated        1 nodes, 3 tokens" in shown
    assert "seed            1" in shown


def test_probabilities_are_shown_when_they_are_turned_on(choosing):
    passage = next(o for o in choosing.outputs("/probs on") if isinstance(o, Passage))
    assert [(piece.text, len(piece.logprobs)) for piece in passage.pieces] == [
        ("a", 1), ("b", 1), ("e", 1),
    ]  # fmt: skip
    assert choosing.type("/retry").splitlines()[1] == "xa(1)b(0.6)e(1)"
    choosing.type("/probs off")
    assert "xabe" in choosing.type("/retry")


def test_detect_looks_for_the_mark_of_the_chain(open_bench, model):
    script = [{"a": 0.3, "b": 0.3, "c": 0.2, "d": 0.2}] * 400
    hands = open_bench(
        model=model("long", script, after="x"),
        chain='watermark("synthid") | sample',
        max_tokens=300,
        seed=1,
    )
    hands.type("x")
    assert hands.type("/detect").startswith("watermarked: z = ")
    assert hands.type(f"/detect {'abcd' * 40}").startswith("no watermark found")
    hands.type("/strategy sample")
    assert "leaves no watermark" in hands.error("/detect").text


def test_fill_lists_the_likeliest_tokens_for_each_mask(open_bench, bert_folder):
    from playground.engine.masked import fill
    from playground_hub import HubBackend

    model = HubBackend().load(bert_folder, device="cpu", dtype="auto")
    hands = open_bench(model=str(bert_folder))
    hands.type("/type the [MASK] fox jumps over the [MASK]")
    for line, text in (
        ("/fill", "the [MASK] fox jumps over the [MASK]"),
        ("/fill a lazy [MASK]", "a lazy [MASK]"),
    ):
        found = [(row["mask"], row["id"], row["token"]) for row in hands.table(line)]
        assert found == [(each.mask, each.id, f'"{each.text}"') for each in fill(model, text, 10)]


def test_going_on_with_a_masked_model_points_to_fill(open_bench, bert_folder):
    hands = open_bench(model=str(bert_folder))
    said = hands.type("the [MASK] fox")
    assert "is a masked model" in said
    assert "/fill" in said


def test_fill_by_a_model_that_continues_text_says_so(choosing):
    assert "fills no masks" in choosing.error("/fill a [MASK]").text
