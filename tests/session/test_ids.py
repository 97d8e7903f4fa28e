"""Ids: in the order of time, typable, the same in no two processes."""

from __future__ import annotations

import subprocess
import sys
import time

from hypothesis import given
from hypothesis import strategies as st

from playground.session import ids
from playground.session.ids import ALPHABET, LENGTH, new_id, typed

MAKE = "from playground.session.ids import new_id\nprint(*[new_id() for _ in range(2000)])"


def test_an_id_is_thirteen_characters_that_are_not_mistaken_for_each_other():
    made = new_id()
    assert len(made) == LENGTH
    assert set(made) <= set(ALPHABET)
    assert not set(ALPHABET) & set("ilou")


def test_ids_sort_as_they_were_made_even_if_the_clock_goes_back(monkeypatch):
    now = time.time()
    before = [new_id() for _ in range(100)]
    monkeypatch.setattr(ids.time, "time", lambda: now - 3600)
    made = before + [new_id() for _ in range(100)]
    assert made == sorted(set(made))


def test_processes_that_know_nothing_of_each_other_make_different_ids():
    running = [
        subprocess.Popen([sys.executable, "-c", MAKE], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    made = [id_ for process in running for id_ in process.communicate()[0].split()]
    assert len(set(made)) == len(made) == 8000


@given(st.text(ALPHABET))
def test_an_id_may_be_typed_in_capitals_and_with_letters_that_look_like_digits(id_):
    assert typed(f" {id_.upper().replace('0', 'O').replace('1', 'l')} ") == id_
