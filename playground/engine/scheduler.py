"""Many decodes, one batched read per model and tick.

Knows generators that ask for reads, and nothing of text: any number of strategies, sequences and requests
advance together, and one that raises fails alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from msgspec.structs import replace

from playground.api.decoding import Decoding, Effect, ReadAll, TextEnds
from playground.api.errors import PlaygroundError, PluginFailed
from playground.api.model import LanguageModel, Need, Read, Reading
from playground.engine.finite import all_finite
from playground.plugins import one_line

# Tokens of a long prompt that are read in one tick: small while others wait, so that they go on.
CHUNK_ALONE = 512
CHUNK_SHARED = 128


@dataclass(eq=False)
class Task:
    """One generator being driven.

    `on_effect` takes each Commit and Draft; `on_end` takes the generator's error, or None when it returned.
    """

    model: LanguageModel
    generator: Decoding
    on_effect: Callable[[Effect], None]
    on_end: Callable[[Exception | None], None]
    label: str
    """Whose fault it is when the generator raises: `strategy beam`."""
    characters: int = 0
    """Of text that a turn of it may have to encode."""
    wanted: tuple[Read, ...] = ()
    reader: LanguageModel | None = None
    """Who is to read what is wanted, where it is not `model`."""
    answers: tuple[Reading | None, ...] = ()
    ended: bool = False
    paused: bool = False
    """Left out of ticks, as it stands."""


@dataclass(frozen=True)
class Asked:
    """A read, and who asks for it: tasks, and the place among what each wants."""

    read: Read
    by: list[tuple[Task, int]] = field(default_factory=list)


class Scheduler:
    """The running tasks."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self.on_read: Callable[[LanguageModel, int], None] = lambda model, tokens: None
        """Told that a read of so many tokens of a model begins, in one batch."""
        self.on_turn: Callable[[Task], None] = lambda task: None
        """Told that a task begins to run to its next read."""

    def add(self, task: Task) -> None:
        """Take a task; it starts with the next tick, or at the end of the one under way."""
        self.tasks.append(task)

    def cancel(self, task: Task) -> None:
        """Close a task's generator and forget its reads, at once; `on_end` is not called."""
        task.ended = True
        self.tasks.remove(task)
        task.generator.close()

    def tick(self) -> None:
        """One batched read for each model that tasks wait for, and every task run to its next read."""
        self._resume_ready()
        waiting: dict[int, list[Task]] = {}
        for task in self._running():
            waiting.setdefault(id(task.reader or task.model), []).append(task)
        for tasks in waiting.values():
            self._advance(tasks)
        self._resume_ready()

    def _resume_ready(self) -> None:
        """Run every task that waits for nothing, those included that are added on the way."""
        while ready := [task for task in self._running() if None not in task.answers]:
            for task in ready:
                if not task.ended:
                    self._resume(task)

    def _running(self) -> list[Task]:
        return [task for task in self.tasks if not task.paused]

    def _advance(self, tasks: list[Task]) -> None:
        chunk = CHUNK_ALONE if len(tasks) == 1 else CHUNK_SHARED
        asked: dict[Hashable, Asked] = {}
        for task in tasks:
            for place, answer in enumerate(task.answers):
                if answer is None:
                    read = next_read(task.wanted[place], chunk)
                    asked.setdefault(_same(read), Asked(read)).by.append((task, place))
        self._read(tasks[0].reader or tasks[0].model, list(asked.values()))

    def _read(self, model: LanguageModel, asked: list[Asked]) -> None:
        """Answer all; where the batch fails, those tasks that fail alone too are ended with the error."""
        self.on_read(model, sum(len(each.read.tokens) for each in asked))
        try:
            readings = checked_read(model, [each.read for each in asked])
        except Exception as error:
            tasks = {id(task): task for each in asked for task, _ in each.by}
            if len(asked) == 1 or len(tasks) == 1:
                for task in tasks.values():
                    self._end(task, _blame("the model", error))
                return
            for each in asked:
                if not all(task.ended for task, _ in each.by):
                    self._read(model, [each])
            return
        for each, reading in zip(asked, readings, strict=True):
            for task, place in each.by:
                _accept(task, place, each.read, reading)

    def _resume(self, task: Task) -> None:
        """Run the generator to its next read, handing on what it says on the way."""
        self.on_turn(task)
        answer = list(task.answers) or None
        try:
            effect = task.generator.send(answer)
            while not isinstance(effect, ReadAll):
                task.on_effect(effect)
                if task.ended:
                    return
                effect = next(task.generator)
            if not effect.reads:
                raise PluginFailed(f"{task.label} asked for no reads")
            task.wanted, task.answers = effect.reads, (None,) * len(effect.reads)
            task.reader = effect.model
        except (StopIteration, TextEnds):
            self._end(task, None)
        except Exception as error:
            self._end(task, _blame(task.label, error))

    def _end(self, task: Task, error: Exception | None) -> None:
        if not task.ended:
            self.cancel(task)
            task.on_end(error)


def _same(read: Read) -> Hashable:
    """Equal for reads that must be answered alike: states are values, so all that ask share one answer."""
    state = id(read.state) if read.state.length else None
    return (state, tuple(read.tokens), read.need, read.logits_to_keep)


def next_read(read: Read, chunk: int) -> Read:
    """The part of a read for one tick: all of it, or the first `chunk` tokens of a long prompt."""
    if len(read.tokens) <= chunk or read.logits_to_keep != 1 or read.need != Need.LOGITS:
        return read
    return replace(read, tokens=read.tokens[:chunk])


def checked_read(model: LanguageModel, reads: list[Read]) -> list[Reading]:
    """`model.read`, checked at its border: shapes, and numbers that are finite."""
    readings = model.read(reads)
    if len(readings) != len(reads):
        raise PluginFailed(f"the model answered {len(reads)} reads with {len(readings)} readings")
    vocabulary = model.tokenizer.vocabulary_size
    for read, reading in zip(reads, readings, strict=True):
        kept = len(read.tokens)
        if read.logits_to_keep is not None:
            kept = min(kept, read.logits_to_keep)
        shape = getattr(reading.logits, "shape", None)
        if shape != (kept, vocabulary):
            raise PluginFailed(
                f"the model returned logits of shape {shape}, not {(kept, vocabulary)}"
            )
        if not all_finite(reading.logits):
            raise PluginFailed("the model returned logits that are not finite (NaN or infinite)")
    return readings


def _accept(task: Task, place: int, read: Read, reading: Reading) -> None:
    """Take a reading; where it was a part of a prompt, ask for the rest."""
    rest = task.wanted[place].tokens[len(read.tokens) :]
    if rest:
        later = replace(task.wanted[place], state=reading.state, tokens=rest)
        task.wanted = (*task.wanted[:place], later, *task.wanted[place + 1 :])
    else:
        task.answers = (*task.answers[:place], reading, *task.answers[place + 1 :])


def _blame(label: str, error: Exception) -> Exception:
    if isinstance(error, PlaygroundError):
        return error
    failure = PluginFailed(f"{label} failed: {one_line(error)}")
    failure.__cause__ = error
    return failure
