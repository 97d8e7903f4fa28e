"""Training beside the session: begun, looked at, stopped, gone on with, and its model tried meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from playground.api.actions import Action, Argument, Arguments
from playground.api.errors import InvalidInput
from playground.api.outputs import Note, Output, Passage, Piece, Table, facts, plain
from playground.session.actions.words import split
from playground.session.shown_path import shown_path

if TYPE_CHECKING:
    from playground.session.training.runs import Run
    from playground.session.workbench import Workbench


def train(bench: Workbench, given: Arguments) -> Iterator[Output]:
    what, rest = given["recipe"], split(given["files"] or "")
    if what is None:
        yield from _all(bench)
    elif what in VERBS:
        if len(rest) > 1:
            raise InvalidInput(f"/train {what} takes one training", f"/train {what} NAME")
        yield from VERBS[what](bench, rest[0] if rest else None)
    else:
        from playground.session.training.order import read

        run = bench.runs.begin(read(what, rest, bench.plugins.trainers), bench.settings)
        where = f"{run.name} is being trained in {shown_path(run.record.out)}"
        yield Note(where, "notice", "/train shows how it goes")


def _all(bench: Workbench) -> Iterator[Output]:
    runs = bench.runs.all()
    if not runs:
        yield Note("nothing is or was trained here", "notice", "/train RECIPE FILE… begins")
        return
    yield Table(("training", "recipe", "state", "step", "loss", "validation", "left"), rows(runs))
    yield from shown(runs[0] if len(runs) == 1 else bench.runs.find())


def rows(runs: list[Run]) -> tuple[tuple[str | None, ...], ...]:
    """A row for each run."""
    from playground.session.training.wording import duration

    found = []
    for run in runs:
        now, validations = run.course.progress, run.course.validations
        found.append(
            (
                run.name,
                run.record.recipe,
                run.state,
                f"{now.step:,}/{now.steps:,}" if now else None,
                f"{now.loss:.3f}" if now else None,
                f"{validations[-1][1]:.3f}" if validations else None,
                duration(now.eta_seconds) if now and run.alive else None,
            )
        )
    return tuple(found)


def shown(run: Run) -> Iterator[Output]:
    """All that there is to see of a run: how far it is, its curves, what its model writes."""
    from playground.session.training.wording import curves, prepared_lines, progress_line

    course = run.course
    yield facts(
        (("training", run.name), ("state", run.state), ("folder", shown_path(run.record.out)))
    )
    if run.problem:
        yield Note(run.problem, "error")
    if course.prepared is not None:
        yield Note("\n".join(prepared_lines(course.prepared)), "notice")
    if course.progress is not None:
        yield Note(progress_line(course.progress, left=run.alive), "text")
    if lines := curves(course.losses, course.validations, counted=course.counted):
        yield plain("\n".join(lines))
    if course.sample is not None:
        heading = Piece(f"sample at step {course.sample.step:,}:\n", "bold")
        yield Passage((heading, Piece(course.sample.text, "dim")))


def _show(bench: Workbench, name: str | None) -> Iterator[Output]:
    yield from shown(bench.runs.find(name))


def _stop(bench: Workbench, name: str | None) -> Iterator[Output]:
    """It is waited for, so that what is told is how it ended."""
    from playground.session.training.runs import Following, told

    run = bench.runs.stop(name)
    for _ in bench.waiting.stream(lambda: Following(run, bench.runs)):
        pass
    yield told(bench.runs.find(run.name))


def _resume(bench: Workbench, name: str | None) -> Iterator[Output]:
    from playground.session.training.runs import told

    yield told(bench.runs.resume(name, bench.settings))


def _follow(bench: Workbench, name: str | None) -> Iterator[Output]:
    from playground.api.training import Progress, Sampled
    from playground.session.training.runs import Following, told
    from playground.session.training.wording import progress_line

    run = bench.runs.find(name)
    for event in bench.waiting.stream(lambda: Following(run, bench.runs)):
        if isinstance(event, Progress):
            yield Note(progress_line(event), "text")
        elif isinstance(event, Sampled):
            yield Passage((Piece(event.text, "dim"),))
    yield told(bench.runs.find(run.name))


def _use(bench: Workbench, name: str | None) -> Iterator[Output]:
    run = bench.runs.find(name)
    if not run.has_model:
        raise InvalidInput(f"{run.name} has no model yet", "a moment later there is one")
    step = run.course.validations[-1][0] if run.course.validations else 0
    bench.choose(model=str(run.record.out))
    evaluated = f"the best up to step {step:,}" if step else "not yet trained"
    yield Note(f"model: {shown_path(bench.choices.model)}, {evaluated}", "notice")


VERBS: dict[str, Callable[[Workbench, str | None], Iterator[Output]]] = {
    "show": _show,
    "follow": _follow,
    "stop": _stop,
    "resume": _resume,
    "use": _use,
}

ACTIONS = (
    Action(
        name="train",
        group="model",
        summary="Train a model beside the session; show, follow, stop, resume or use what is trained.",
        details="A training is a process of its own and outlives the front end. After show, follow, stop, "
        "resume and use a training may be named; else it is the one that trains, or was begun last. stop "
        "saves a checkpoint and resume goes on from it. use takes the best model so far, also while it "
        "trains. --steps 500 and the like set fields of the recipe; --out FOLDER says where the model is "
        "made, else models are found there by name.",
        arguments=(
            Argument(
                name="recipe",
                completer="trainings",
                suggestions=tuple(VERBS),
                optional=True,
                help="A recipe, a trainer, a recipe's file; or show, follow, stop, resume, use.",
            ),
            Argument(
                name="files",
                completer="files",
                rest=True,
                optional=True,
                help="Files and fields of the recipe; or a training.",
            ),
        ),
        run=train,
    ),
)
