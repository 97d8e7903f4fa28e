"""Text in, text out: what is typed and said becomes nodes, and nothing of it is lost."""

from __future__ import annotations

import threading
import time

import pytest

from playground.api.events import Token


def test_a_text_is_gone_on_with(hands):
    assert hands.type("Once").splitlines() == [
        "Once upon a time.",
        "-- node 2 · 14 tokens in … s · the model ended the text · seed 1",
    ]
    assert hands.bench.text == "Once upon a time."
    assert [node.kind for node in hands.bench.tree] == ["text", "generated"]


def test_an_empty_line_and_more_go_on(hands):
    hands.type("/max 5")
    hands.type("Once")
    assert hands.bench.text == "Once upon"
    hands.type("")
    hands.type("/more")
    assert hands.bench.text == "Once upon a time."


def test_a_text_without_its_end_is_gone_on_with_exactly(hands):
    hands.type("/type Once upon")
    assert hands.bench.text == "Once upon"
    assert hands.type("/max 2") == "-- max_tokens: 2"
    hands.type("")
    assert hands.bench.text == "Once upon a"


def test_several_continuations_are_siblings_told_one_after_the_other(hands):
    hands.type("/n 2")
    shown = hands.type("Once")
    assert "-- 1 of 2\nOnce upon a time.\n" in shown
    assert "-- 2 of 2\nOnce upon a time.\n" in shown
    first = hands.bench.node
    assert [node.sequence for node in hands.bench.tree.siblings(first.id)] == [0, 1]
    assert first.sequence == 0


def test_retry_leaves_the_first_try_and_takes_the_next_seed(open_bench, model):
    script = [{"a": 0.5, "b": 0.5}] * 40
    hands = open_bench(
        model=model("coins", script, after="x"), chain="sample", seed=3, max_tokens=20
    )
    hands.type("x")
    first = hands.bench.node
    assert "-- seed 4, as 3 has been tried" in hands.type("/retry")
    second = hands.bench.node
    assert first.parent == second.parent
    assert first.text != second.text
    assert hands.bench.tree[first.id] == first
    hands.type("/seed random")
    hands.type("/retry")
    assert len(hands.bench.tree.siblings(first.id)) == 3


def test_what_was_typed_stays_when_the_model_cannot_be_asked(hands):
    shown = hands.type("/set chain top_p(0.5) | greedy") and hands.type("/model nope")
    assert shown.startswith("error: there is no model 'nope'")
    hands.bench.choices = hands.bench.choices.__class__(model="gone", chain="greedy")
    assert "error: there is no model 'gone'" in hands.type("A poem")
    assert hands.bench.text == "A poem"


def test_a_model_that_fails_ends_the_sequence_and_keeps_what_was_said(with_plugin):
    hands = with_plugin(
        "breaks",
        "from playground.api import Processor, hookimpl\n"
        "class Breaks(Processor, frozen=True):\n"
        "    def __call__(self, candidates, step):\n"
        "        if step.position - step.prompt_length == 3: raise ValueError('broken')\n"
        "        return candidates\n"
        "@hookimpl\ndef register_processors(): return [Breaks]\n",
    )
    hands.type("/strategy breaks | greedy")
    shown = hands.type("Once")
    assert "error: processor breaks failed: ValueError: broken" in shown
    assert hands.bench.text == "Once up"
    assert hands.bench.node.ended == "error"


def test_what_lint_finds_is_said_before(hands):
    assert "warning: the prompt ends with a space" in hands.type(
        "Once "
    ) or "warning:" in hands.type("Once ")


def test_stop_ends_within_a_token_and_keeps_the_text(open_bench, model):
    hands = open_bench(
        model=model("endless", "la" * 2000, after="x"), chain="greedy", max_tokens=4000
    )
    said = 0
    for output in hands.bench.run("x"):
        said += isinstance(output, Token)
        if said == 7:
            hands.bench.stop()
    node = hands.bench.node
    assert node.ended == "cancelled"
    assert len(node.tokens) < 4000
    assert node.text == ("la" * 2000)[: len(node.tokens)]


def test_stop_is_heard_while_a_model_loads(hands, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_):
        begun.set()
        go_on.wait(120)
        raise AssertionError("nobody waits any more")

    monkeypatch.setattr(hands.bench.session, "generate", slow)
    hands.bench.add("Once")
    threading.Thread(target=lambda: (begun.wait(120), hands.bench.stop()), daemon=True).start()
    began = time.monotonic()
    shown = hands.type("")
    go_on.set()
    assert shown.endswith("error: stopped")
    assert time.monotonic() - began < 10
    assert hands.bench.text == "Once"


def test_leaving_the_outputs_keeps_what_was_said(open_bench, model):
    hands = open_bench(
        model=model("endless", "la" * 2000, after="x"), chain="greedy", max_tokens=4000
    )
    outputs = hands.bench.run("x")
    said = 0
    for output in outputs:
        said += isinstance(output, Token)
        if said == 5:
            break
    outputs.close()
    assert hands.bench.text == "xlalal"
    assert hands.bench.node.ended == "interrupted"


def test_a_plugin_that_raises_does_not_end_the_session(with_plugin):
    hands = with_plugin(
        "bad",
        "from playground.api import Action, hookimpl\n"
        "def run(desk, given): raise RuntimeError('oh')\n"
        "@hookimpl\ndef register_actions():\n"
        "    return [Action(name='bad', summary='Fails.', run=run, group='mine')]\n",
    )
    assert hands.error("/bad").text == "unexpected RuntimeError: oh (line 2 of bad.py)"
    assert hands.type("Once").startswith("Once upon a time.")


def test_an_action_of_a_plugin_works_on_the_desk(with_plugin):
    hands = with_plugin(
        "shout",
        "from playground.api import Action, Argument, Note, hookimpl\n"
        "def run(desk, given):\n"
        "    desk.add(given['word'])\n"
        "    desk.set('max_tokens', '4')\n"
        "    yield Note(f'{len(desk.text)} {desk.predictions(desk.text, 1)[0].text!r}')\n"
        "    yield from desk.generate()\n"
        "    yield Note(f'{desk.score(desk.text).tokens} tokens')\n"
        "@hookimpl\ndef register_actions():\n"
        "    word = Argument(name='word', help='A word.')\n"
        "    return [Action(name='shout', summary='Adds.', run=run, arguments=(word,), group='x')]\n",
    )
    shown = hands.type("/shout Once").splitlines()
    assert shown[0] == "4 ' '"
    assert shown[1] == "Once upo"
    assert shown[-1] == "7 tokens"
    assert "/shout WORD" in hands.type("/help")
    assert [row["argument"] for row in hands.table("/help shout")] == ["word"]


@pytest.mark.parametrize("keep", [True, False])
def test_all_is_there_again_after_the_end(open_bench, model, keep):
    hands = open_bench(
        keep=keep, model=model("tale", " upon a time.", after="Once"), chain="greedy", seed=1
    )
    hands.type("Once")
    hands.type("/retry")
    hands.type("/goto 2")
    before = list(hands.bench.tree), hands.bench.tree.cursor
    if not keep:
        assert "turned off" in hands.error("/load last").text
        return
    again = open_bench(resume="last")
    again_nodes = list(again.bench.tree)
    assert [n.id for n in again_nodes] == [n.id for n in before[0]]
    assert [n.text for n in again_nodes] == [n.text for n in before[0]]
    assert [len(n.tokens) for n in again_nodes] == [len(n.tokens) for n in before[0]]
    assert again.bench.tree.cursor == before[1]
