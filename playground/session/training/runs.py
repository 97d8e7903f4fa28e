"""All runs that were begun beside a session: listed, begun, stopped, gone on with, found again later.

What is known of a run lies in files (`place.py`), so every front end sees the runs of all the others. A run
whose model folder was deleted is forgotten.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from playground import paths
from playground.api.errors import InvalidInput, PlaygroundError, UnknownName
from playground.api.outputs import Note
from playground.registry import did_you_mean
from playground.session.training import process
from playground.session.training.course import Course
from playground.session.training.place import RECORD, Place, Record

if TYPE_CHECKING:
    from playground.api.training import TrainingEvent
    from playground.config import Settings
    from playground.session.training.order import Order

State = Literal["starting", "training", "trained", "stopped", "failed"]
LOOK_SECONDS = 0.1
MODEL = "config.json"
"""The file by which a folder is a model's."""


class Run(msgspec.Struct, frozen=True):
    """A run as it stands now."""

    name: str
    record: Record
    state: State
    course: Course
    problem: str
    """Why it failed."""

    @property
    def alive(self) -> bool:
        return self.state in ("starting", "training")

    @property
    def has_model(self) -> bool:
        """Whether its folder holds a model: the best one so far by validation, always whole."""
        return (self.record.out / MODEL).exists()


class Runs:
    """The runs among the user's data."""

    def __init__(self) -> None:
        self._folder = paths.data_folder() / "training"
        self._courses: dict[str, Course] = {}
        self._watched: set[str] = set()
        """Runs that trained when they were last looked at, whose end nobody has been told."""

    def all(self) -> list[Run]:
        """Every run, the one begun last first."""
        if not self._folder.is_dir():
            return []
        folders = [folder for folder in self._folder.iterdir() if folder.is_dir()]
        runs = [run for folder in folders if (run := self._look(Place(folder))) is not None]
        return sorted(runs, key=lambda run: self._begun(run.name), reverse=True)

    def find(self, name: str | None = None) -> Run:
        """The run of a name or a folder; of None, the one begun last, one that trains before others.

        Raises UnknownName where there is none.
        """
        runs = self.all()
        if name is None:
            if not runs:
                raise UnknownName("nothing is or was trained here", "/train RECIPE FILE… begins")
            return next((run for run in runs if run.alive), runs[0])
        folder = Path(name).expanduser().resolve()
        for run in runs:
            if run.name == name or run.record.out == folder:
                return run
        known = [run.name for run in runs]
        near = did_you_mean(name, known) or "/train lists them"
        raise UnknownName(f"there is no training {name!r}", near)

    def begin(self, order: Order, settings: Settings) -> Run:
        """Begin a run. Raises InvalidInput where its folder is taken, PlaygroundError without a process."""
        out = order.out or self._free_folder(order.name)
        if (out / MODEL).exists():
            raise InvalidInput(
                f"{out} already holds a model or a run",
                "go on with a run by /train resume, or name another folder",
            )
        place = self._place_for(out)
        record = Record(order.recipe, order.words, str(out))
        with place.locked() as lock:
            place.write(record)
            self._start(place, record, settings, lock, resume=False)
        return self.find(place.name)

    def resume(self, name: str | None, settings: Settings) -> Run:
        """Go on with a run where it stopped. Raises UnknownName, InvalidInput where it trains or is done."""
        run = self.find(name)
        place = self.place(run.name)
        if run.state == "trained":
            raise InvalidInput(f"{run.name} is trained to its end", f"/train use {run.name}")
        with place.locked() as lock:
            again = run.course.prepared is not None or run.has_model
            self._start(place, run.record, settings, lock, resume=again)
        return self.find(run.name)

    def stop(self, name: str | None = None) -> Run:
        """Let a run end its step, save and end. Raises InvalidInput where it does not train."""
        run = self.find(name)
        pid = self.place(run.name).pid()
        if not pid:
            raise InvalidInput(f"{run.name} is not being trained", "/train lists what is")
        os.kill(pid, signal.SIGTERM)
        return run

    def ended(self) -> list[Note]:
        """What is to be told of runs that were seen to train and have ended since."""
        if not self._watched:
            return []
        watched = set(self._watched)
        return [told(run) for run in self.all() if run.name in watched and not run.alive]

    def place(self, name: str) -> Place:
        """Where the files of a run are."""
        return Place(self._folder / name)

    def _start(
        self, place: Place, record: Record, settings: Settings, lock: int, *, resume: bool
    ) -> None:
        try:
            process.start(place, record, settings, lock, resume=resume)
        except OSError as error:
            raise PlaygroundError(f"no process can be started to train: {error}") from None

    def _look(self, place: Place) -> Run | None:
        record = place.record()
        if record is None:
            return None
        # Before its files are read: what it told last is then seen.
        alive = place.alive()
        course = self._courses.setdefault(place.name, Course(place.events))
        course.catch_up()
        problem = "" if alive else place.problem()
        if not alive and course.prepared and not record.out.exists():
            return None
        (self._watched.add if alive else self._watched.discard)(place.name)
        return Run(place.name, record, _state(alive, course, problem), course, problem)

    def _begun(self, name: str) -> float:
        try:
            return (self._folder / name / RECORD).stat().st_mtime
        except OSError:
            return 0.0

    def _free_folder(self, name: str) -> Path:
        """A folder where a model is found by its name, and none is yet."""
        models = paths.data_folder() / "models"
        for number in range(1, 10_000):
            out = models / (name if number == 1 else f"{name}-{number}")
            if not out.exists() and not self.place(out.name).alive():
                return out
        raise InvalidInput(f"there are too many models called {name}", "--out FOLDER")

    def _place_for(self, out: Path) -> Place:
        """Where the run of a folder is kept: under the folder's name, if no other folder is."""
        number, name = 1, out.name
        while True:
            place = self.place(name)
            record = place.record()
            if record is None or record.out == out or not record.out.exists():
                return place
            number += 1
            name = f"{out.name}-{number}"


def told(run: Run) -> Note:
    """How a run stands, in a line."""
    course, step = run.course, run.course.progress.step if run.course.progress else 0
    if run.state == "failed":
        return Note(f"training {run.name} failed: {run.problem}", "error")
    if run.state == "trained" and course.trained is not None:
        loss = course.trained.validation_loss
        return Note(
            f"{run.name} is trained, validation loss {loss:.3f}", "notice", "/train use asks it"
        )
    if run.state == "stopped":
        saved = f"saved at step {course.saved.step:,}" if course.saved else "before its first step"
        return Note(f"training {run.name} has stopped, {saved}", "notice", "/train resume goes on")
    return Note(f"{run.name} is being trained, step {step:,}", "notice", "/train shows it")


class Following:
    """What a run tells from now on until it has ended; `cancel` ends the following alone."""

    def __init__(self, run: Run, runs: Runs) -> None:
        self._run, self._runs = run, runs
        self._cancelled = False
        self._events = self._follow()

    def cancel(self) -> None:
        self._cancelled = True

    def __iter__(self) -> Iterator[TrainingEvent]:
        return self

    def __next__(self) -> TrainingEvent:
        return next(self._events)

    def _follow(self) -> Iterator[TrainingEvent]:
        course = Course(self._runs.place(self._run.name).events)
        course.catch_up()
        while not self._cancelled:
            alive = self._runs.find(self._run.name).alive
            yield from course.catch_up()
            if not alive:
                return
            time.sleep(LOOK_SECONDS)


def _state(alive: bool, course: Course, problem: str) -> State:
    if alive:
        return "training" if course.prepared else "starting"
    if problem:
        return "failed"
    return "trained" if course.trained else "stopped"
