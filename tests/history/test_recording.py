"""What is generated is in the history while it runs, whole when it ends, and exactly as it was said."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.api import GenerationRequest, InvalidInput
from playground.session.nodes import NodeToken
from playground.session.recording import Place, Recorder
from playground.session.store import History
from playground.session.store.packing import pack, unpack

FLOATS = st.floats(max_value=0, allow_nan=False, width=32)
TOKENS = st.lists(st.builds(NodeToken, st.integers(0, 2**32 - 1), st.text(), FLOATS, FLOATS))


def nodes_of(history, session):
    return list(history.tree(session))


def test_a_generation_is_a_session_with_what_was_typed_and_what_was_said(history, record):
    kept = record(" upon", " a", " time")
    prompt, said = nodes_of(history, kept.session)
    assert (prompt.kind, prompt.text, prompt.parent) == ("text", "Once", None)
    assert (said.kind, said.text, said.parent) == ("generated", " upon a time", prompt.id)
    assert (said.ended, said.seconds, said.id) == ("length", 1.0, kept.nodes[0])
    assert [(t.id, t.text) for t in said.tokens] == [(100, " upon"), (101, " a"), (102, " time")]
    assert {(t.logprob, t.raw_logprob) for t in said.tokens} == {(-0.5, -1.0)}
    assert history.tree(kept.session).text(said.id) == "Once upon a time"


def test_what_it_takes_to_repeat_it_is_kept(history, events):
    request = events.request("Say: hi", n=2, max_tokens=9, stop=("#",), chain="top_k(3) | sample")
    place = Place(history)
    recorder = Recorder(place, request, template="say", variables={"input": "hi"})
    recorder.take(events.started(versions={"numpy": "2"}, device="cuda:0"))
    recorder.take(events.finished(""))
    recorder.close()
    run = history.run(nodes_of(history, recorder.session)[1].run)
    assert (run.model, run.model_hash, run.tokenizer_hash) == ("fox", "m", "t")
    assert (run.chain, run.seed, run.device, run.dtype) == ("sample", 7, "cuda:0", "float32")
    assert (run.template, run.variables, run.versions) == ("say", {"input": "hi"}, {"numpy": "2"})
    assert run.request == GenerationRequest(
        prompt="", model="fox", n=2, max_tokens=9, stop=("#",), chain="top_k(3) | sample", seed=7
    )


def test_the_row_is_there_when_the_run_starts(file, history, events):
    recorder = Recorder(Place(history), events.request())
    recorder.take(events.started())
    recorder.flush()
    assert nodes_of(history, recorder.session)[1].ended == "running"
    recorder.close()


def test_tokens_are_written_though_nothing_more_comes(history, events):
    recorder = Recorder(Place(history), events.request())
    recorder.take(events.started())
    recorder.flush()
    recorder.take(events.token(0, " upon"))
    deadline = time.monotonic() + 120
    while (said := nodes_of(history, recorder.session)[1:]) and not said[0].text:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert (said[0].text, len(said[0].tokens), said[0].ended) == (" upon", 1, "running")
    recorder.close()


def test_a_generation_that_is_left_is_marked_as_interrupted_with_its_text(history, events):
    recorder = Recorder(Place(history), events.request())
    for event in (events.started(), events.token(0, " upon")):
        recorder.take(event)
    recorder.close()
    said = nodes_of(history, recorder.session)[1]
    assert (said.text, said.ended) == (" upon", "interrupted")


def test_sequences_are_siblings_and_the_first_is_where_one_goes_on(history, events):
    recorder = Recorder(Place(history), events.request(n=3))
    for sequence in range(3):
        recorder.take(events.started(sequence))
    for sequence in (2, 0, 1):
        recorder.take(events.token(0, str(sequence), sequence))
    for sequence in range(3):
        recorder.take(events.finished(str(sequence), sequence))
    recorder.close()
    tree = history.tree(recorder.session)
    assert [(n.sequence, n.text) for n in tree.siblings(recorder.nodes[0])] == [
        (0, "0"), (1, "1"), (2, "2")
    ]  # fmt: skip
    assert tree.cursor == recorder.nodes[0]


def test_a_session_is_gone_on_with_after_its_last_text(history, record):
    session = record(" upon").session
    record(" time", prompt=" a", session=session)
    tree = history.tree(session)
    assert tree.text(tree.cursor) == "Once upon a time"
    assert [node.text for node in tree.path(tree.cursor)] == ["Once", " upon", " a", " time"]


def test_nothing_is_added_for_a_prompt_that_adds_nothing(history, record):
    session = record(" upon").session
    record(" a", prompt="", session=session)
    assert [node.text for node in nodes_of(history, session)] == ["Once", " upon", " a"]


def test_a_prompt_that_does_not_go_on_from_the_session_is_refused(history, record, events):
    place = Place(history, record(" upon").session)
    with pytest.raises(InvalidInput):
        Recorder(place, events.request("Another text"))


@pytest.mark.parametrize("text", ["\0", "a\0b\0", "\U0010ffff", "\r\n", "é́", "'; --", ""])
def test_any_text_comes_back_as_it_was(history, record, text):
    kept = record(text, text, prompt=f"x{text}")
    tree = history.tree(kept.session)
    assert tree.text(tree.cursor) == f"x{text}{text}{text}"
    assert [token.text for token in tree[kept.nodes[0]].tokens] == [text, text]


@given(st.lists(TOKENS, max_size=4))
def test_tokens_are_packed_without_loss(batches):
    whole = [token for batch in batches for token in batch]
    assert unpack(map(pack, batches), "".join(t.text for t in whole)) == tuple(whole)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None
)
@given(st.lists(st.tuples(st.text(max_size=3), st.booleans()), max_size=12))
def test_however_tokens_are_gathered_the_text_and_the_tokens_are_the_same(history, events, said):
    recorder = Recorder(Place(history), events.request())
    recorder.take(events.started())
    for index, (text, flush) in enumerate(said):
        recorder.take(events.token(index, text))
        if flush:
            recorder.flush()
    text = "".join(text for text, _ in said)
    recorder.take(events.finished(text))
    recorder.close()
    node = nodes_of(history, recorder.session)[1]
    assert node.text == text
    assert [token.text for token in node.tokens] == [text for text, _ in said]


def test_a_session_that_is_opened_again_is_the_same(file, record, history):
    session = record(" upon", " a").session
    with History(file) as again:
        assert nodes_of(again, session) == nodes_of(history, session)
