"""A history that cannot be opened, read or written: nothing of it is lost, and it is said what and why."""

from __future__ import annotations

import random
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from playground.session.recording import Place, Recorder
from playground.session.store import History, HistoryUnavailable
from playground.session.store.migration import migrate
from playground.session.store.schema import MIGRATIONS

GARBAGE = b"this is no database, but somebody's own file\n" * 50


def beside(file: Path, what: str) -> list[Path]:
    return sorted(file.parent.glob(f"{file.stem}-{what}-*.sqlite3"))


def version(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


@pytest.mark.parametrize("content", [GARBAGE, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_set_aside_under_a_name_that_is_told(file, content, events):
    file.parent.mkdir()
    file.write_bytes(content)
    with History(file) as history:
        (aside,) = beside(file, "damaged")
        assert any(str(aside) in line for line in history.notices)
        assert history.sessions() == []
    assert aside.read_bytes() == content


def test_what_is_set_aside_a_second_time_does_not_overwrite_the_first(file):
    file.parent.mkdir()
    for number in range(3):
        file.write_bytes(GARBAGE + bytes([number]))
        History(file).close()
    assert {aside.read_bytes()[-1] for aside in beside(file, "damaged")} == {0, 1, 2}


def test_of_many_that_find_the_damage_one_sets_it_aside_and_all_share_what_begins(file):
    file.parent.mkdir()
    file.write_bytes(GARBAGE)

    def begin(number: int) -> str:
        with History(file) as history:
            return history.begin(f"session {number}")

    with ThreadPoolExecutor(8) as pool:
        begun = set(pool.map(begin, range(8)))
    assert [aside.read_bytes() for aside in beside(file, "damaged")] == [GARBAGE]
    with History(file) as history:
        assert {session.id for session in history.sessions()} == begun


def test_damage_that_is_met_later_is_set_aside_too(file, record, history):
    oldest = record(" upon", prompt="The oldest words").session
    for _ in range(20):
        record(*["word "] * 200)
    history.close()
    data = bytearray(file.read_bytes())
    page = data.index(b"The oldest words") // 4096
    data[page * 4096 : (page + 1) * 4096] = b"\xaa" * 4096
    file.write_bytes(data)
    told = re.escape(str(file.parent / "history-damaged-"))
    with History(file) as damaged:
        assert beside(file, "damaged") == []
        with pytest.raises(HistoryUnavailable, match=told):
            damaged.tree(oldest)
    (aside,) = beside(file, "damaged")
    assert aside.read_bytes() == data
    with History(file) as history:
        assert history.sessions() == []


def test_an_empty_file_is_an_empty_history(file):
    file.parent.mkdir()
    file.touch()
    with History(file) as history:
        assert (history.sessions(), history.notices) == ([], [])


def test_a_history_of_a_newer_version_is_refused_and_left_as_it_is(file, record, history):
    record(" upon")
    history.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = file.read_bytes()
    with pytest.raises(HistoryUnavailable, match="newer playground") as refused:
        History(file)
    assert "update playground" in refused.value.hint
    assert file.read_bytes() == before
    assert {path.name for path in file.parent.iterdir()} == {
        "history.sqlite3", "history.lock", "history-writers"
    }  # fmt: skip


NOW = len(MIGRATIONS)
NEXT = (*MIGRATIONS, ("ALTER TABLE session ADD COLUMN mood TEXT", "UPDATE session SET mood = 'ok'"))


def test_a_migration_keeps_a_copy_of_what_was_before(file, record, history):
    session = record(" upon").session
    before = list(history.tree(session))
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        backup = migrate(connection, file, NEXT)
        assert connection.execute("SELECT id, mood FROM session").fetchall() == [(session, "ok")]
    assert [backup] == beside(file, f"version-{NOW}")
    assert (version(file), version(backup)) == (NOW + 1, NOW)
    with History(backup) as old:
        assert list(old.tree(session)) == before


def test_a_history_of_every_earlier_version_is_brought_up_to_date(tmp_path):
    for earlier in range(1, NOW):
        file = tmp_path / f"{earlier}.sqlite3"
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            migrate(connection, file, MIGRATIONS[:earlier])
            connection.execute("INSERT INTO session (id, created) VALUES ('s', 0)")
            node = "INSERT INTO node (id, session, kind, text, created) VALUES ('n', 's', 'text', 'x', 0)"
            connection.execute(node)
            connection.execute("UPDATE session SET cursor = 'n'")
        with History(file) as history:
            assert history.notices[0].startswith("the history as it was before its update is kept")
            tree = history.tree("s")
            assert (tree.text(tree.cursor), tree.past, tree.future) == ("x", [], [])


def test_a_migration_that_fails_changes_nothing(file, record, history):
    record(" upon")
    broken = (*NEXT, ("CREATE TABLE more (x)", "this is no SQL"))
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, file, broken)
        columns = [row[1] for row in connection.execute("PRAGMA table_info(session)")]
    assert "mood" not in columns
    assert version(file) == NOW


def test_of_many_that_would_migrate_one_does(file, record, history):
    record(" upon")

    def run(_: int) -> Path | None:
        with closing(sqlite3.connect(file, isolation_level=None, timeout=20)) as connection:
            return migrate(connection, file, NEXT)

    with ThreadPoolExecutor(6) as pool:
        backups = [backup for backup in pool.map(run, range(6)) if backup]
    assert backups == beside(file, f"version-{NOW}")
    assert len(backups) == 1


def test_what_does_not_fit_on_the_disk_is_said_and_what_was_written_stays(file, history, events):
    """`max_page_count` is how SQLite itself is told where the disk ends."""
    recorder = Recorder(Place(history), events.request())
    for event in (events.started(), events.token(0, " upon")):
        recorder.take(event)
    recorder.flush()
    recorder._journal._connection.execute("PRAGMA max_page_count = 1")
    recorder.take(events.token(1, "x" * 100_000))
    recorder.close()
    assert "full" in recorder.problem
    assert str(file) in recorder.problem
    node = history.tree(recorder.session)[recorder.nodes[0]]
    assert (node.text, node.ended) == (" upon", "running")


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_in_the_file_opening_it_works_or_says_why(file, record, history, seed):
    record(*["word "] * 500)
    history.close()
    chance = random.Random(seed)
    data = bytearray(file.read_bytes())
    for _ in range(200):
        data[chance.randrange(len(data))] = chance.randrange(256)
    file.write_bytes(data)
    kept = bytes(data)
    try:
        with History(file) as opened:
            for session in opened.sessions():
                opened.tree(session.id)
    except HistoryUnavailable as error:
        assert error.message
    assert any(path.read_bytes()[100:] == kept[100:] for path in file.parent.glob("*.sqlite3"))
