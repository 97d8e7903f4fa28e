"""What a front end holds while a person works: the tree and where one is in it, and the next request.

Lines and actions change it; what comes of them are outputs, which the front end shows. It knows no terminal,
and whatever waits for a model waits on a thread of its own, so that `stop` is always heard. What is needed
only when something is done is imported then: a prompt is there first.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from playground.api.errors import PlaygroundError
from playground.api.outputs import Note, Output
from playground.session import choices as choosing
from playground.session.choices import Choices
from playground.session.keeping import Keeper
from playground.session.nodes import Node, text_node
from playground.session.places import find_node
from playground.session.tree import Tree
from playground.session.waiting import Waiting

if TYPE_CHECKING:
    from playground.api.actions import Action
    from playground.api.events import Event
    from playground.api.inspectors import Panel
    from playground.api.request import GenerationRequest
    from playground.api.results import Filling, Prediction, Score
    from playground.api.template import Prompt
    from playground.config import Settings
    from playground.plugins import Plugins
    from playground.session.client import Session
    from playground.session.going_on import Spoken
    from playground.session.reloading import PluginWatch
    from playground.session.stepping import Stepping
    from playground.session.training.runs import Runs
    from playground.session.transcript import Recording

UNKNOWN = -1
"""A context length that has not been looked at yet."""
Outputs = Generator[Output, Any, None]


class Workbench:
    """A session at work."""

    def __init__(self, settings: Settings, *, keep: bool = True, resume: str | None = None) -> None:
        """`keep`: in the history, too. `resume`: a session of it to go on with.

        Raises PlaygroundError where that session cannot be resumed.
        """
        self.log: list[str] = []
        """What was told since the beginning."""
        self._told: list[str] = []
        self.settings = settings
        self.choices = Choices(model=settings.model, device=settings.device, dtype=settings.dtype)
        self.waiting = Waiting()
        self.tree = Tree()
        self.keeper = Keeper(self.tell, wanted=keep and settings.history)
        self.spoken: dict[str, Spoken] = {}
        """What was heard of the nodes that were generated here, more than a node keeps."""
        self.last: Spoken | None = None
        self.steppings: list[Stepping] = []
        """Texts that are revealed step by step."""
        self.prompt: Prompt | None = None
        """The filled template of the last request."""
        self.context_length: int | None = UNKNOWN
        """Tokens that the model can hold; None where there is no limit."""
        self.stops = 0
        """How often `stop` was called: what takes several steps ends when it has changed."""
        self.recording: Recording | None = None
        """The transcript that is being written."""
        self.panels: dict[str, Panel] = {}
        """What inspectors have made, by name."""
        self.running = False
        """Whether a line that is recorded is being run."""
        if resume is not None:
            self.resume(resume)

    # What actions and front ends ask

    @property
    def text(self) -> str:
        """The document up to where one is."""
        return self.tree.text(self.tree.cursor)

    @property
    def node(self) -> Node | None:
        """Where one is; None at the empty text."""
        return None if self.tree.cursor is None else self.tree[self.tree.cursor]

    @cached_property
    def session(self) -> Session:
        """Who is asked."""
        from playground.session.client import Session

        return Session(self.settings, self.tell)

    @cached_property
    def watch(self) -> PluginWatch:
        """The plugins, and whether their files have changed."""
        from playground.session.reloading import PluginWatch

        return PluginWatch(self.session)

    @cached_property
    def runs(self) -> Runs:
        """What is and was trained beside the session."""
        from playground.session.training.runs import Runs

        return Runs()

    @property
    def plugins(self) -> Plugins:
        """Loaded when they are first asked for, by whichever thread."""
        return self.watch.plugins

    @property
    def plugins_or_nothing(self) -> Plugins | None:
        """The plugins, where they are loaded already."""
        return self.watch.loaded if "watch" in vars(self) else None

    @property
    def actions(self) -> Mapping[str, Action]:
        """By name and alias; those of plugins too."""
        from playground.session.actions.table import with_those_of

        return with_those_of(self.plugins)

    @property
    def chain(self) -> str:
        """What the next request decodes with."""
        return self.choices.chain or self._of_template("chain") or self.settings.chain

    @property
    def chain_or_nothing(self) -> str:
        """The chain, for who only shows it: a template may have been taken away meanwhile."""
        try:
            return self.chain
        except PlaygroundError:
            return ""

    @property
    def max_tokens(self) -> int:
        """How many tokens the next request adds at most."""
        for value in (self.choices.max_tokens, self._of_template("max_tokens")):
            if value is not None:
                return int(value)
        return self.settings.max_tokens

    @property
    def stop_texts(self) -> tuple[str, ...]:
        """What ends the next request: the template's stop strings, and those that were chosen."""
        return tuple(dict.fromkeys((*(self._of_template("stop") or ()), *self.choices.stop)))

    def find(self, reference: str) -> Node | None:
        """The node of a number, a name or the beginning of an id; None for 0, the empty text."""
        return find_node(self.tree, reference)

    def number(self, node: str | None) -> int:
        """The number of a node, by which people call it; 0 is the empty text."""
        return 0 if node is None else 1 + [each.id for each in self.tree].index(node)

    # What changes it

    def run(self, line: str) -> Outputs:
        """What comes of a typed line; the empty one goes on. What goes wrong is an output, too.

        Whoever is asked something by an output sends the answer.
        """
        from playground.session.acting import run

        return run(self, line)

    def stop(self) -> bool:
        """Whatever is waited for is to end: from any thread, or a signal handler. False: nothing is."""
        self.stops += 1
        return self.waiting.stop()

    def add(self, text: str) -> None:
        """Put `text` after the document, as typed."""
        if text:
            self.put(text_node(self.tree.cursor, text))

    def put(self, node: Node) -> None:
        """Add a node, go to it, and keep it."""
        self.tree.add(node)
        self.keeper.add(node)

    def go(self, node: str | None) -> None:
        """Go to a node."""
        self.tree.go(node)
        self.keeper.move(node)

    def begin(self) -> None:
        """A new, empty session; the one before stays in the history."""
        self.tree = Tree()
        self.spoken.clear()
        self.steppings.clear()
        self.last = self.prompt = None
        self.keeper.begin()

    def resume(self, reference: str) -> None:
        """Go on with a session of the history. Raises PlaygroundError where there is none."""
        history = self.keeper.readable
        found = history.session(reference)
        tree = history.tree(found.id)
        self.begin()
        self.tree = tree
        self.keeper.begin(found.id)

    def choose(self, **values: Any) -> None:
        """Set choices, all of them or none. Raises PlaygroundError for what cannot be."""
        if not values:
            return
        from playground.session.checking import checked

        new = checked(self, choosing.changed(self.choices, **values), values.keys())
        self.choices = new
        held = {"model": new.model, "device": new.device, "dtype": new.dtype}
        self.settings = msgspec.structs.replace(self.settings, **held)
        if "session" in vars(self):
            self.session.settings = self.settings
        if {"model", "device", "dtype"} & values.keys():
            self.context_length = UNKNOWN
            self._prepare()

    def set(self, name: str, value: str) -> None:
        """Set one choice as it is written. Raises PlaygroundError for what cannot be."""
        self.choose(**{name: choosing.read(name, value)})

    # The model

    def generate(self) -> Iterator[Output]:
        """Let the model go on from where one is."""
        from playground.session.going_on import go_on

        return go_on(self)

    def ask(self, question: Callable[[], Any]) -> Any:
        """What `question` returns, which is asked of the model. Raises Stopped, and what it raises."""
        _ = self.plugins  # not by two threads at once
        return self.waiting.call(question)

    def predictions(self, text: str, count: int) -> list[Prediction]:
        """The likeliest next tokens after `text`, by the model alone."""
        found: list[Prediction] = self.ask(lambda: self.session.next_tokens(text, count))
        return found

    def fill(self, text: str, count: int) -> list[Filling]:
        """The likeliest tokens for each mask of `text`, by a masked model."""
        found: list[Filling] = self.ask(lambda: self.session.fill(text, count))
        return found

    def score(self, text: str) -> Score:
        """How well the model predicts `text`."""
        found: Score = self.ask(lambda: self.session.score(text))
        return found

    def events(self, request: GenerationRequest) -> Generator[Event, None, None]:
        """The events of a request."""
        _ = self.plugins  # not by two threads at once
        return self.waiting.stream(lambda: self.session.generate(request))

    def events_of_all(
        self, requests: Sequence[GenerationRequest]
    ) -> Generator[tuple[int, Event], None, None]:
        """The events of requests that run at once, each with the number of its request."""
        _ = self.plugins  # not by two threads at once
        return self.waiting.stream(lambda: self.session.generate_all(requests))

    def warm(self) -> None:
        """Begin what takes time and will be needed: after the front end has shown itself."""
        self._prepare()
        self.waiting.later(lambda: self.actions)

    # What is told beside the outputs

    def tell(self, line: str) -> None:
        """A line for the user, from wherever it comes; it is shown with the next output."""
        self.log.append(line)
        self._told.append(line)

    def watched(self) -> list[Note]:
        """What is to be told between two lines: plugin files that were saved are loaded now, and nodes
        taken over that another front end has added, and trainings that have ended."""
        joined = self.join()
        ended = self.runs.ended() if "runs" in vars(self) else []
        return [
            *self.told(),
            *(self.watch.poll() if "watch" in vars(self) else []),
            *joined,
            *ended,
        ]

    def join(self) -> list[Note]:
        """Take over what other front ends have added to this session; where one is stays."""
        if not (count := self.keeper.join(self.tree)):
            return []
        from playground.session.others import added

        return [Note(added(count, len(self.tree)), "notice")]

    def told(self) -> list[Note]:
        """What was told since the last time."""
        told, self._told = self._told, []
        return [Note(line, "warning") for line in told]

    def close(self) -> None:
        """Give back the history, and end what is recorded."""
        if self.recording is not None:
            self.recording.close()
        self.keeper.close()

    def _prepare(self) -> None:
        """Let the session process begin; in this process a model is loaded when it is asked for."""
        if self.settings.worker:
            self.waiting.later(lambda: self.session.prepare())

    def look_at_model(self) -> None:
        """Learn how much the model can hold. Not before it has been asked: some cards load numpy."""
        if self.context_length is UNKNOWN:
            self.waiting.later(self._read_card)

    def _read_card(self) -> None:
        self.context_length = None
        located = self.session.catalog.resolve(self.choices.model)
        self.context_length = located.backend.card(located.folder).context_length

    def _of_template(self, name: str) -> Any:
        if self.choices.template is None:
            return None
        return getattr(self.session.prompts.get(self.choices.template), name)
