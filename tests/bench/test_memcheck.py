"""`playground bench memcheck`: text with noise, an index over it, and what is asked of it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from playground.api import InvalidInput
from playground.bench import memcheck
from playground.ui.cli.app import cli

BOOK = "\n\n".join(
    f"In the year {n} the fox came upon {n * n} grapes and went away." for n in range(400)
)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> memcheck.Memory:
    """An engine over a tenth of a megabyte made of a book."""
    monkeypatch.setenv("PLAYGROUND_CACHE_HOME", str(tmp_path / "cache"))
    book = tmp_path / "book.txt"
    book.write_text(BOOK)
    return memcheck.Memory([str(book)], megabytes=0.1)


def test_an_index_is_built_once_and_every_measure_is_of_its_answers(small):
    (built,) = small._home.path.glob("cache/memcheck/*")
    assert all(seconds() > 0 for seconds in (small.build, small.open, small.command))
    assert isinstance(small.answer(), float)  # a difference, which a busy machine may turn round
    assert list(small._home.path.glob("cache/memcheck/*")) == [built]
    assert small._file.stat().st_size == 100_000


def test_what_is_asked_for_stands_in_the_text_in_part(small):
    from playground.api.memory import Against
    from playground.plugins import load_plugins
    from playground.session.remembering import check

    against = Against(files=(small._file,))
    reports = check(load_plugins(), small._asked, [""] * len(small._asked), against, lambda _: None)
    assert len(reports) == memcheck.ASKED
    for text, report in zip(small._asked, reports, strict=True):
        assert 20 < report.text.longest < len(text)


def test_noise_changes_some_words_and_the_same_seed_the_same_ones():
    text = memcheck.noisy(BOOK, random.Random(1))
    words, others = BOOK.split(" "), text.split(" ")
    changed = sum(one != other for one, other in zip(words, others, strict=True))
    assert 0.03 < changed / len(words) <= memcheck.NOISE
    assert set(others) <= set(words)
    assert text == memcheck.noisy(BOOK, random.Random(1))


def test_copies_are_as_long_together_as_is_asked_and_each_is_another():
    copies = list(memcheck.repeated(BOOK, random.Random(1), 3 * len(BOOK) + 10))
    assert sum(map(len, copies)) == 3 * len(BOOK) + 10
    assert len(set(copies)) == len(copies)


def test_words_that_are_made_up_are_as_unequal_as_those_of_a_language():
    words = memcheck.made_up(random.Random(1)).lower().replace(".", "").split()
    counts = sorted((words.count(word) for word in set(words[:2000])), reverse=True)
    assert len(words) == memcheck.MADE_UP
    assert 1.6 < counts[0] / counts[1] < 2.5


def test_data_without_text_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "empty.txt").write_text(" \n")
    with pytest.raises(InvalidInput, match="no text in the data"):
        memcheck.Memory([str(tmp_path / "empty.txt")])


def test_data_selects_the_family_and_is_what_its_engine_is_made_with(tmp_path, capfd):
    book = tmp_path / "book.txt"
    book.write_text(BOOK)
    with pytest.raises(SystemExit):
        cli.main(["bench", "--data", str(book), "--list"])
    names = [line.split()[0] for line in capfd.readouterr().out.splitlines()[1:]]
    assert names == [b.name for b in memcheck.BENCHMARKS]
    assert {tuple(b.ours.options["data"]) for b in memcheck.benchmarks([str(book)])} == {
        (str(book),)
    }
