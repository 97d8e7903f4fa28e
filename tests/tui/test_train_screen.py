"""The screen of trainings, with a real training in a process of its own."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.widgets import DataTable, Input

from playground.session.training.runs import Runs
from playground.ui.tui.screens.train import TrainScreen
from playground.ui.tui.widgets.pager import Pager
from playground.ui.tui.widgets.row_table import RowTable
from playground.ui.tui.widgets.status_line import StatusLine

PATIENCE = 300.0
"""Seconds; a training of this size takes a few."""
TINY = (
    "--hidden-size 16 --embedding-size 8 --batch-size 4 --sequence-length 8 --warmup-steps 5 "
    "--vocabulary learned --evaluate-every 20 --report-every 5 --sample-length 12"
)


@pytest.fixture
def text(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A text to train on; whatever still trains at the end of a test is ended."""
    path = home / "fox.txt"
    path.write_text("the quick brown fox jumps over the lazy dog.\n" * 60)
    yield path
    runs = Runs()
    for run in runs.all():
        if pid := runs.place(run.name).pid():
            os.kill(pid, signal.SIGKILL)


def states(screen: TrainScreen) -> list[str]:
    table = screen.query_one(DataTable)
    return [str(table.get_row(key)[2]) for key in table.rows]


def course(screen: TrainScreen) -> str:
    return screen.query_one("#course", Pager).text


async def until(hands, seen: Callable[[], object]) -> None:
    """Wait for what another process does, however slow the machine is; a hang ends it at last."""
    deadline = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < deadline, "it never holds"
        await hands.pilot.pause(0.05)


async def begun(hands, text: Path, steps: int) -> TrainScreen:
    """The screen, with a training that was typed there."""
    await hands.press("ctrl+l")
    screen = hands.app.screen
    assert isinstance(screen, TrainScreen)
    await hands.command(f"/train char-rnn {text} {TINY} --steps {steps}")
    assert hands.app.screen is screen
    return screen


async def test_it_says_how_to_begin_where_nothing_was_trained(tale):
    async with tale() as hands:
        await hands.press("ctrl+l")
        assert hands.app.screen.query_one("#empty").display
        assert not hands.app.screen.query_one(DataTable).display


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (50, 18)])
async def test_a_training_is_watched_to_its_end_in_every_layout(tale, text, size):
    async with tale(size=size) as hands:
        screen = await begun(hands, text, 60)
        await until(hands, lambda: states(screen) == ["trained"])
        await until(hands, lambda: "step 60/60 (100%)" in " ".join(course(screen).split()))
        assert "training loss, nats a token" in course(screen)
        assert "validation loss, nats a token" in course(screen)
        assert "sample at step 60:" in course(screen)
        assert screen.query_one("#course").size.height > 3
        assert screen.query_one(DataTable).size.height > 1


async def test_its_model_is_tried_while_it_trains_and_it_stops_and_goes_on(tale, text):
    async with tale() as hands:
        screen = await begun(hands, text, 1_000_000)
        await until(hands, lambda: "validation" in course(screen) and "sample at" in course(screen))
        await hands.press("t")
        assert hands.app.screen is hands.write
        folder = hands.bench.choices.model
        assert folder.endswith("char-rnn")
        await hands.type("the ")
        hands.bench.choose(max_tokens=3)
        await hands.press("ctrl+g")
        assert hands.bench.node.kind == "generated"
        await hands.press("ctrl+l")
        await hands.pilot.press("s")
        await until(hands, lambda: states(screen) == ["stopped"])
        status = screen.query_one(StatusLine)
        await until(hands, lambda: "has stopped, saved at step" in status.note.text)
        await hands.press("r")
        await until(hands, lambda: states(screen) == ["training"])
        await hands.pilot.press("s")
        await until(hands, lambda: states(screen) == ["stopped"])


async def test_what_cannot_be_trained_is_said_on_the_screen(tale, text):
    async with tale() as hands:
        screen = await begun(hands, text.with_name("none.txt"), 5)
        note = screen.query_one(StatusLine).note
        assert note.kind == "error"
        assert "there is no file" in note.text
        text.write_text("")
        await hands.command(f"/train char-rnn {text}")
        await until(hands, lambda: states(screen) == ["failed"])
        await until(hands, lambda: "the files are empty" in course(screen))


async def test_without_colour_all_of_it_is_there(tale, text, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with tale() as hands:
        screen = await begun(hands, text, 20)
        await until(hands, lambda: states(screen) == ["trained"])
        await until(hands, lambda: "sample at step 20:" in course(screen))


async def test_a_form_begins_a_training_of_a_recipe_with_files_steps_a_folder_and_fields(
    tale, text, home
):
    async with tale() as hands:
        await hands.press("ctrl+l", "n")
        form = hands.app.screen
        recipes = form.query_one(RowTable)
        assert {"char-rnn", "gpt", "jokes-gpt2"} <= {str(key.value) for key in recipes.rows}
        recipes.choose("char-rnn")
        await hands.settle()
        assert "--hidden-size" in form.query_one("#options", Pager).text
        assert form.query_one("#steps", Input).placeholder.isdecimal()
        await hands.press("enter")
        assert form.focused.id == "files"
        form.query_one("#files", Input).value = str(text)[:-3]
        await hands.until(lambda: form.query_one("#files", Input)._suggestion == str(text))
        await hands.press("right")
        assert form.query_one("#files", Input).value == str(text)
        await hands.press("tab")
        await hands.type("20")
        await hands.press("tab")
        form.query_one("#out", Input).value = str(home / "my model")
        await hands.press("tab")
        form.query_one("#fields", Input).value = TINY
        await hands.press("enter")
        screen = hands.app.screen
        assert isinstance(screen, TrainScreen)
        await until(hands, lambda: states(screen) == ["trained"])
        assert "step 20/20" in " ".join(course(screen).split())
        assert (home / "my model" / "config.json").exists()


async def test_the_form_says_what_cannot_be_begun_and_keeps_what_was_typed(tale, text):
    async with tale() as hands:
        await hands.press("ctrl+l", "n")
        form = hands.app.screen
        form.query_one(RowTable).choose("char-rnn")
        await hands.press("ctrl+g")
        note = form.query_one(StatusLine)
        assert "name the files to train on" in note.note.text
        form.query_one("#files", Input).value = f"{text} {text}.nope"
        await hands.press("ctrl+g")
        assert "there is no file" in note.note.text
        form.query_one("#files", Input).value = str(text)
        form.query_one("#steps", Input).value = "many"
        await hands.press("ctrl+g")
        assert "--steps must be a whole number" in note.note.text
        form.query_one("#steps", Input).value = ""
        form.query_one("#fields", Input).value = "--hiden-size 8"
        await hands.press("ctrl+g")
        assert "did you mean hidden-size" in note.note.hint
        form.query_one("#fields", Input).value = '"'
        await hands.press("ctrl+g")
        assert "not closed" in note.note.text
        assert hands.app.screen is form
        assert form.query_one("#files", Input).value == str(text)
        await hands.press("escape")
        assert hands.app.screen.query_one("#empty").display


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (50, 18)])
async def test_the_form_can_be_filled_in_every_layout(tale, size):
    async with tale(size=size) as hands:
        await hands.press("ctrl+l", "n")
        form = hands.app.screen
        for name in ("files", "steps", "out", "fields"):
            await hands.press("tab")
            assert form.focused.id == name
            assert form.focused.region.width > 20
            assert form.region.contains_region(form.focused.region)
        assert form.query_one(RowTable).region.height > 3
