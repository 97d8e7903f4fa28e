"""What is found of a text is what a search of everything finds, from where it says."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.api import InvalidInput
from playground.api.memory import Against, MemoryFigures
from playground_train.memorisation import building
from playground_train.memorisation.check import check, figures
from playground_train.memorisation.index import Index, open_index
from playground_train.memorisation.words import terms

HUMAN = "nothing of the kind was ever said by anyone in this place, as far as is known\n"
PLANTED = "The quick onyx goblin jumps over the lazy dwarf while eleven bards applaud."


def opened(folder: Path, text: str, human: str = HUMAN) -> Index:
    (folder / "data.txt").write_text(text, encoding="utf-8")
    (folder / "human.txt").write_text(human, encoding="utf-8")
    against = Against(files=(folder / "data.txt",), held_out=folder / "human.txt")
    return open_index(against, folder / "cache", lambda _: None)


def told(index: Index, text: str, cue: str = "") -> MemoryFigures:
    return figures(index, text, index.reach(text), cue)


def in_common(text: str, data: str) -> int:
    return max(
        (end - start for start in range(len(text)) for end in range(start, len(text) + 1)
         if text[start:end] in data),
        default=0,
    )  # fmt: skip


def runs(text: str, data: str) -> list[int]:
    spans = [match.span() for match in re.finditer(r"\w+|[^\w\s]", text)]
    return [
        max(
            (last - first for last in range(first + 1, len(spans) + 1)
             if text[start : spans[last - 1][1]] in data),
            default=0,
        )
        for first, (start, _) in enumerate(spans)
    ]  # fmt: skip


LETTERS = st.text(alphabet="ab é.\n", min_size=1, max_size=60)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=LETTERS.filter(str.strip), text=LETTERS.filter(str.strip))
def test_the_figures_are_those_of_a_search_of_everything(tmp_path, data, text):
    found = told(opened(tmp_path, data), text)
    assert found.longest == in_common(text, data)
    assert found.longest_text in data
    assert found.longest_text in text
    every = runs(text, data)
    assert found.token_run == max(every, default=0)
    grams = len(every) - 7
    share = sum(run >= 8 for run in every) / grams if grams > 0 else None
    assert found.ngram_share == share
    assert all(text[start:end] in data or end - start > 20 for start, end in found.spans)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=LETTERS.filter(str.strip), human=LETTERS.filter(str.strip), length=st.integers(1, 60))
def test_held_out_text_of_any_length_has_the_figures_that_looking_it_up_gives(
    tmp_path, data, human, length
):
    index = opened(tmp_path, data, human)
    text, found = index.held_out(length)
    assert text == index.meta.held_out[:length]
    assert found.ends == index.reach(text).ends
    for start, (end, place) in enumerate(zip(found.ends, found.places, strict=True)):
        spelt = text[start:end].encode()
        assert index.buffer[place : place + len(spelt)] == spelt


WORDS = st.lists(
    st.sampled_from(["fox", "Fox", "grapes.", "vine,", "é", "7", "jump"]), max_size=6
).map(" ".join)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(items=st.lists(WORDS.filter(bool), min_size=1, max_size=8), text=WORDS)
def test_the_nearest_item_and_its_score_are_those_of_bm25s(tmp_path, items, text):
    from bm25s import BM25

    index = opened(tmp_path, "\n\n".join(items))
    found = index.nearest(text)
    oracle = BM25()
    oracle.index([terms(item) for item in items], show_progress=False)
    wanted = [term for term in dict.fromkeys(terms(text)) if term in oracle.vocab_dict]
    if not wanted:
        assert found is None
        return
    scores = oracle.get_scores(wanted)
    item, score = found
    assert score == pytest.approx(float(scores.max()), rel=1e-5)
    best = {each for each, at in zip(items, scores, strict=True) if at > scores.max() - 1e-5}
    assert index.text_of(item) in best


def paragraphs(count: int) -> list[str]:
    return [f"Chapter {n} tells of {n * n} ships and {n + 7} winds." for n in range(count)]


def test_a_planted_passage_is_found_with_its_line_and_is_marked(tmp_path):
    data = "\n\n".join([*paragraphs(40), f"First line.\n{PLANTED}", *paragraphs(9)])
    text = f"So he said: {PLANTED} And left."
    found = told(opened(tmp_path, data), text)
    line = data[: data.index(PLANTED)].count("\n") + 1
    assert found.source == f"data.txt, line {line}"
    assert found.line == PLANTED
    assert any(PLANTED in text[start:end] for start, end in found.spans)
    assert found.nearest == f"First line.\n{PLANTED}"


def test_a_passage_over_several_paragraphs_is_one(tmp_path):
    data = "\n\n".join(paragraphs(20))
    assert told(opened(tmp_path, data), data[30:400]).longest == 370


def test_items_with_the_cue_are_counted(tmp_path):
    index = opened(tmp_path, "\n\n".join([*paragraphs(5), "A fox.", "A fox ran.", "One: A fox."]))
    assert told(index, "A fox sat", "A fox").same_cue == 2
    assert told(index, "Chapter 3 tells").same_cue == 1


def test_examples_are_told_by_number_and_none_runs_into_the_next(tmp_path):
    rows = [f"Joke number {n} is this one" for n in range(50)]
    data = tmp_path / "jokes.csv"
    data.write_text("ID,Joke\n" + "".join(f"{n},{row}\n" for n, row in enumerate(rows)))
    human = tmp_path / "human.txt"
    human.write_text(HUMAN)
    against = Against(files=(data,), column="Joke", held_out=human)
    text = f"{rows[6]}\n{rows[7]}"
    [report] = check([text], [""], against, tmp_path, lambda _: None)
    assert report.text.longest == len(rows[6]) + 1
    assert report.text.source == "jokes.csv, example 7"
    assert report.items == 50


def test_a_share_of_the_data_is_held_out_and_stands_beside(tmp_path):
    data = tmp_path / "data.txt"
    data.write_text("\n\n".join(paragraphs(300)))
    text = paragraphs(1)[0]
    against = Against(files=(data,))
    [report] = check([text], [""], against, tmp_path, lambda _: None)
    assert report.held_out_source == "10% of the data"
    assert report.held_out.characters == len(text)
    assert report.held_out.longest < len(text)
    assert 200 < report.items < 300


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no text"),
        (b"a\0b", "is not text"),
        (b"One line.", "cannot be held out"),
        (b"\xff", "UTF-8"),
    ],
)
def test_data_that_is_none_is_an_error_and_leaves_nothing(tmp_path, content, told):
    data = tmp_path / "data.txt"
    data.write_bytes(content)
    with pytest.raises(InvalidInput, match=told):
        check(["a text"], [""], Against(files=(data,)), tmp_path / "cache", lambda _: None)
    assert not list((tmp_path / "cache" / "memcheck").iterdir())


def test_an_empty_text_is_an_error(tmp_path):
    with pytest.raises(InvalidInput, match="no text to check"):
        check([" \n"], [""], Against(files=(tmp_path / "data.txt",)), tmp_path, lambda _: None)


def test_an_index_is_kept_until_a_file_changes(tmp_path):
    said: list[str] = []
    data, human = tmp_path / "data.txt", tmp_path / "human.txt"
    human.write_text(HUMAN)
    against = Against(files=(data,), held_out=human)
    data.write_text("An old text.")
    open_index(against, tmp_path, said.append)
    built = len(said)
    open_index(against, tmp_path, said.append)
    assert built == len(said) > 0
    data.write_text("A new text..")
    assert told(open_index(against, tmp_path, said.append), "new").longest == 3
    assert len(said) == 2 * built


@pytest.mark.parametrize("step", ["1 of 3", "2 of 3", "3 of 3"])
def test_a_build_that_is_interrupted_leaves_nothing_and_the_next_is_whole(tmp_path, step):
    def interrupt(line: str) -> None:
        if step in line:
            raise KeyboardInterrupt

    data = tmp_path / "data.txt"
    data.write_text("\n\n".join(paragraphs(100)))
    against = Against(files=(data,))
    with pytest.raises(KeyboardInterrupt):
        open_index(against, tmp_path, interrupt)
    assert not list((tmp_path / "memcheck").iterdir())
    open_index(against, tmp_path, lambda _: None)


def test_a_build_that_another_process_finished_first_is_taken(tmp_path, monkeypatch):
    data = tmp_path / "data.txt"
    data.write_text("\n\n".join(paragraphs(100)))
    against = Against(files=(data,))
    replace = os.replace

    def late(source: Path, target: Path) -> None:
        monkeypatch.setattr(building.os, "replace", replace)
        open_index(against, tmp_path, lambda _: None)
        replace(source, target)

    monkeypatch.setattr(building.os, "replace", late)
    open_index(against, tmp_path, lambda _: None)
    [kept] = (tmp_path / "memcheck").iterdir()
    assert not kept.name.startswith(".")


BUILDER = """
import sys
from pathlib import Path
from playground.api.memory import Against
from playground_train.memorisation.index import open_index

def tell(line):
    print(line, flush=True)
    if "2 of 3" in line:
        sys.stdin.readline()  # goes on when it is told to

open_index(Against(files=(Path(sys.argv[1]),)), Path(sys.argv[2]), tell)
print("built", flush=True)
"""


@contextmanager
def builder(data: Path, cache: Path):
    """A process that builds an index of `data` and waits in the middle."""
    words = [sys.executable, "-c", BUILDER, str(data), str(cache)]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            if "2 of 3" in line:
                break
        try:
            yield process
        finally:
            process.kill()


def test_what_a_killed_build_left_is_swept_by_the_next_of_any_data_and_one_that_goes_on_is_not(
    tmp_path,
):
    files = {name: tmp_path / f"{name}.txt" for name in ("killed", "going_on", "next")}
    for name, file in files.items():
        file.write_text("\n\n".join([name, *paragraphs(100)]))
    cache = tmp_path / "cache"

    def left() -> set[Path]:
        return set((cache / "memcheck").glob(".building-*"))

    with builder(files["going_on"], cache) as going_on:
        [kept] = left()
        with builder(files["killed"], cache) as killed:
            [abandoned] = left() - {kept}
            killed.kill()
            killed.wait()
        assert left() == {kept, abandoned}
        open_index(Against(files=(files["next"],)), cache, lambda _: None)
        assert left() == {kept}
        out, _ = going_on.communicate("\n", timeout=120)
        assert "built" in out
    assert left() == set()
    assert len(list((cache / "memcheck").iterdir())) == 2
    open_index(Against(files=(files["killed"],)), cache, lambda _: None)
