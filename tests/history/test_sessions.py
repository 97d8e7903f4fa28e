"""Sessions: called by names, ids or `last`; deleted, brought back, erased, forked; searched by substrings."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from playground.api import InvalidInput, UnknownName
from playground.session.nodes import text_node
from playground.session.recording import Place, Recorder
from playground.session.store import History, HistoryUnavailable


def test_the_last_session_is_the_one_used_last(history, record):
    first = record(" a").session
    second = record(" b").session
    assert history.session("last").id == second
    record(" c", session=first)
    assert [session.id for session in history.sessions()] == [first, second]
    assert history.session("last").id == first


def test_a_session_is_found_by_its_name_or_the_beginning_of_its_id(history, record):
    session = record(" a").session
    history.rename(session, "story")
    for reference in ("story", session, session[:9], session[:9].upper()):
        assert history.session(reference).id == session


def test_a_name_that_is_nearly_one_is_answered_with_the_near_one(history, record):
    history.rename(record(" a").session, "story")
    with pytest.raises(UnknownName, match="no session 'stroy'") as unknown:
        history.session("stroy")
    assert unknown.value.hint == "did you mean story?"


def test_a_beginning_that_several_have_in_common_is_refused(history, record):
    sessions = [record(" a").session for _ in range(2)]
    with pytest.raises(InvalidInput) as several:
        history.session("0")
    assert all(session in several.value.hint for session in sessions)


def test_a_name_is_given_once_and_means_nothing_else(history, record):
    one, other = record(" a").session, record(" b").session
    history.rename(one, "story")
    history.rename(one, "story")
    for name in ("story", "last", " "):
        with pytest.raises(InvalidInput):
            history.rename(other, name)


def test_a_node_is_found_by_its_name_or_the_beginning_of_its_id(history, record):
    kept = record(" a")
    node = kept.nodes[0]
    tree = history.tree(kept.session)
    history.mark(tree.rename(tree.pin(node).id, "good"))
    others = [other.id for other in tree if other.id != node]
    beginnings = (node[:length] for length in range(1, 14))
    begin = next(b for b in beginnings if not any(other.startswith(b) for other in others))
    assert [history.node_id(reference) for reference in ("good", node, begin, "last")] == [node] * 4
    assert history.tree(kept.session)[node].pinned
    with pytest.raises(UnknownName) as unknown:
        history.node_id("goood")
    assert unknown.value.hint == "did you mean good?"


def test_the_last_node_is_one_that_was_generated_and_is_not_deleted(history, record):
    first, second = record(" a"), record(" b")
    history.add(second.session, [text_node(second.nodes[0], "typed")])
    assert history.node_id("last") == second.nodes[0]
    history.hide(second.nodes[0], True)
    assert history.node_id("last") == first.nodes[0]
    history.hide(second.nodes[0], False)
    history.delete(second.session)
    assert history.node_id("last") == first.nodes[0]
    history.delete(first.session)
    with pytest.raises(UnknownName, match="nothing was generated"):
        history.node_id("last")


def test_a_deleted_session_is_not_listed_found_or_searched_until_it_is_restored(history, record):
    session = record(" upon").session
    history.delete(session)
    assert (history.sessions(), history.search("upon", 9)) == ([], [])
    with pytest.raises(UnknownName):
        history.session(session)
    assert [s.id for s in history.sessions(deleted=True)] == [session]
    history.restore(session)
    assert history.session(session).id == session
    assert len(history.search("upon", 9)) == 1


def test_a_deleted_session_gives_its_name_free_and_is_not_restored_over_another(history, record):
    one, other = record(" a").session, record(" b").session
    history.rename(one, "story")
    history.delete(one)
    history.rename(other, "story")
    with pytest.raises(InvalidInput, match="already"):
        history.restore(one)
    history.rename(other, "second")
    history.restore(one)
    assert history.session("story").id == one


def test_an_erased_session_is_gone_from_the_bytes_of_the_file(file, history, record):
    kept = record(" secretest", " words").session
    other = record(" public").session
    history.delete(kept)
    assert history.erase(kept)
    files = [path.read_bytes() for path in file.parent.iterdir() if path.is_file()]
    assert not any(b"secretest" in data for data in files)
    assert any(b"public" in data for data in files)
    assert [s.id for s in (*history.sessions(), *history.sessions(deleted=True))] == [other]
    assert history.search("secretest", 9) == []


def test_a_session_in_which_something_runs_is_not_erased(history, events):
    recorder = Recorder(Place(history), events.request())
    recorder.take(events.started())
    recorder.flush()
    with pytest.raises(HistoryUnavailable, match="generated in this session now"):
        history.erase(recorder.session)
    recorder.close()
    history.erase(recorder.session)


def test_erasing_says_where_another_process_keeps_the_journal(file, history, record):
    kept = record(" secret").session
    history.connection.execute("PRAGMA busy_timeout = 10")
    with History(file) as other, other.transaction("DEFERRED") as execute:
        execute("SELECT count(*) FROM node").fetchall()
        assert not history.erase(kept)


def test_a_fork_is_the_session_used_last(history, record):
    record(" a")
    fork = history.fork(history.tree(history.session("last").id).cursor)
    assert history.session("last").id == fork


def test_a_fork_begins_as_the_path_and_lives_without_the_first(history, record):
    session = record(" upon").session
    record(" a", prompt="", session=session)
    cut = history.tree(session).cursor
    record(" time", prompt="", session=session)
    fork = history.fork(cut, "branch")
    tree = history.tree(fork)
    assert (history.session("branch").id, history.session(fork).forked_from) == (fork, cut)
    assert [node.text for node in tree] == ["Once", " upon", " a"]
    assert tree.text(tree.cursor) == "Once upon a"
    assert [token.text for token in tree[tree.cursor].tokens] == [" a"]
    history.erase(session)
    assert history.run(tree[tree.cursor].run).model == "fox"
    assert len(history.search("upon", 9)) == 1


def test_what_a_tree_was_is_read_back_with_its_cursor_and_what_is_deleted(history):
    session = history.begin("mine")
    first = text_node(None, "a")
    second = text_node(first.id, "b")
    history.add(session, [first, second])
    history.move(session, first.id)
    history.hide(second.id, True)
    tree = history.tree(session)
    assert (list(tree), tree.cursor, tree.deleted) == ([first, second], first.id, {second.id})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("upon", True), ("UPON", True), ("pon a t", True), ("time upon", True), ('"upon a"', True),
        ('"a upon"', False), ("a", True), ("ü", True), ("Zeit", True), ("時間", True), ("間", True),
        ("%", False), ("_", False), ("upon nothing", False), ("*", False), ("NOT upon", False),
        ("'", True), ("e:", True),
    ],
)  # fmt: skip
def test_a_search_is_for_stretches_of_text_whatever_their_case(history, record, query, found):
    record(" upon a time: für ", "Zeit's 時間が")
    assert bool(history.search(query, 9)) == found


@pytest.mark.parametrize("query", ["", " ", '""'])
def test_a_search_for_nothing_is_refused(history, query):
    with pytest.raises(InvalidInput, match="nothing to search"):
        history.search(query, 9)


def test_prompts_are_searched_too_and_the_newest_match_comes_first(history, record):
    record(" fox", prompt="A quick")
    record(" dog", prompt="A lazy fox and a")
    texts = [(match.kind, match.excerpt) for match in history.search("fox", 9)]
    assert texts == [("text", "A lazy fox and a"), ("generated", " fox")]
    assert len(history.search("fox", 1)) == 1


def test_what_is_below_a_deleted_node_is_not_found(history, record):
    kept = record(" upon")
    prompt = history.tree(kept.session)[kept.nodes[0]].parent
    history.hide(prompt, True)
    assert history.search("upon", 9) == []


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(st.text(min_size=1), st.data())
@example("AND OR NOT ( ) * ^ -x NEAR(", None)
def test_any_stretch_of_a_text_without_quotes_and_nul_is_found(history, text, data):
    start = data.draw(st.integers(0, len(text) - 1)) if data else 0
    part = text[start : start + 12].replace('"', "").replace("\0", "")
    session = history.begin()
    history.add(session, [text_node(None, text.replace('"', "").replace("\0", ""))])
    if part.strip():
        assert session in {match.session for match in history.search(f'"{part}"', 1000)}


def test_completions_of_an_absent_history_make_none(tmp_path):
    file = tmp_path / "none" / "history.sqlite3"
    from playground.ui.cli.history import sessions

    assert sessions(None, None, "") == []
    assert not file.exists()


def test_a_history_is_nobody_elses(file, history):
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0
    with History(file) as other:
        assert (file.parent / "history-writers" / other.writer).stat().st_mode & 0o077 == 0
