"""What was told since the last frame, gathered into what has to change on the screen. It knows no widget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from playground.api.events import Drafted, Finished, Started, Token
from playground.api.outputs import Continuing, Note, Output, Passage, Table
from playground.ui.tui.desk import Begun, Done, Told
from playground.ui.tui.pieces import Piece

LETTING_GO = ("/unload", "/model", "/device", "/dtype")
"""After these a model is not to be loaded for what nobody pressed a key for."""
GENERATING = ("", "/more", "/retry")
SEEN = {
    "more", "retry", "undo", "redo", "goto", "fork", "alt", "load", "type", "t", "template", "p", "param",
    "shots", "strategy",
}  # fmt: skip
"""Actions whose outputs are what the document and the panels show anyway."""
STOPPED = "stopped"
"""What is told where the user did not want to wait: no failure."""


@dataclass
class Frame:
    """Changes of one kind after the other, in this order."""

    begins: str | None = None
    """What is being done from now on."""
    continues: bool = False
    """Whether tokens follow the text that is in the tree now."""
    pieces: list[Piece] = field(default_factory=list)
    draft: str | None = None
    tokens: int | None = None
    """How many tokens there are, prompt and all."""
    note: Note | None = None
    failure: Note | None = None
    ends: bool = False
    loads: bool | None = None
    """At its end: whether the model is loaded now, as far as the job tells."""
    shown: tuple[Output, ...] = ()
    """At its end: what the user asked to see."""


class Streaming:
    """Follows what is told of one job after the other."""

    def __init__(self) -> None:
        self._prompt_tokens = 0
        self._said = 0
        self._outputs: list[Output] = []

    def frames(self, told: Sequence[Told]) -> Iterator[Frame]:
        """Frames to be shown one after the other; a new one begins where a job or a text does."""
        frame = Frame()
        for each in told:
            if isinstance(each, Begun | Continuing):
                yield frame
                frame = Frame()
            self._take(each, frame)
            if isinstance(each, Done):
                yield frame
                frame = Frame()
        yield frame

    def _take(self, told: Told, frame: Frame) -> None:
        if isinstance(told, Token | Drafted | Started | Finished):
            if told.sequence == 0:
                self._take_event(told, frame)
        elif isinstance(told, Begun):
            self._outputs = []
            frame.begins = _described(told.job.lines)
        elif isinstance(told, Continuing):
            self._said = 0
            frame.continues = True
        elif isinstance(told, Note):
            self._outputs.append(told)
            frame.note = Note(STOPPED, "notice") if told.text == STOPPED else told
        elif isinstance(told, Table | Passage):
            self._outputs.append(told)
        elif isinstance(told, Done):
            self._end(told, frame)

    def _take_event(self, event: Token | Drafted | Started | Finished, frame: Frame) -> None:
        if isinstance(event, Token):
            self._said += 1
            frame.pieces.append(
                Piece(event.text, "", event.index, event.logprob, event.raw_logprob)
            )
            frame.draft = None
            frame.tokens = self._prompt_tokens + self._said
        elif isinstance(event, Drafted):
            frame.draft = event.text
        elif isinstance(event, Started):
            self._prompt_tokens = event.prompt_tokens
            frame.tokens = event.prompt_tokens
            for line in event.notices:
                frame.note = Note(line, "notice")
        elif event.error is not None:
            frame.failure = Note(event.error, "error", event.hint or "")

    def _end(self, done: Done, frame: Frame) -> None:
        frame.ends = True
        generates = any(line in GENERATING for line in done.job.lines)
        if generates:
            frame.loads = not done.failed
        elif any(line.partition(" ")[0] in LETTING_GO for line in done.job.lines):
            frame.loads = False
        errors = [o for o in self._outputs if isinstance(o, Note) and o.kind == "error"]
        if generates and errors and errors[-1].text != STOPPED:
            frame.failure = errors[-1]
        if done.job.shown and not _is_seen(done.job.lines) and self._is_long():
            frame.shown = tuple(self._outputs)

    def _is_long(self) -> bool:
        """Whether it is more than the line under the text can say."""
        return any(isinstance(o, Table | Passage) for o in self._outputs) or len(self._outputs) > 1


def _is_seen(lines: Sequence[str]) -> bool:
    names = [line[1:].partition(" ")[0] for line in lines if line.startswith("/")]
    return all(name in SEEN for name in names)


def _described(lines: Sequence[str]) -> str:
    if not lines:
        return "keeping the text"
    return "writing · esc stops" if lines[-1] in GENERATING else f"{lines[-1]} · esc stops"
