"""A request becomes a prompt that is read once, n decodes that share that reading, and events."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping

from playground.api.decoding import Decoding, Effect
from playground.api.errors import InvalidInput
from playground.api.events import Event, Started
from playground.api.model import LanguageModel, Reading
from playground.api.request import GenerationRequest
from playground.engine.chain import Chain
from playground.engine.context import Context, Line
from playground.engine.identity import versions
from playground.engine.listeners import Listeners
from playground.engine.prefill import prefill
from playground.engine.prefix import Known, PrefixCache
from playground.engine.prompt import fit_prompt, left_out, prompt_ids, withhold
from playground.engine.scheduler import Scheduler, Task
from playground.engine.sequence import Sequence

# Seeds that are drawn are short enough to be typed again.
DRAWN_SEEDS = 2**32


def _unknown_hash(model: LanguageModel) -> str:
    return ""


class Generation:
    """One request under way. Iterating over it drives the scheduler; `cancel` ends it within one token."""

    def __init__(
        self,
        request: GenerationRequest,
        model: LanguageModel,
        chain: Chain,
        scheduler: Scheduler,
        prefixes: PrefixCache,
        hash_of: Callable[[LanguageModel], str] = _unknown_hash,
        beside: Mapping[str, LanguageModel] | None = None,
    ) -> None:
        """`hash_of` tells which model one is; `beside`: those that the strategy's options call."""
        self.request = request
        self.events: deque[Event] = deque()
        _check_needs(chain, model, request.model)
        chain.check(request.n)
        self._model = model
        self._chain = chain
        self._scheduler = scheduler
        self._prefixes = prefixes
        self._hash_of = hash_of
        self._beside = beside or {}
        self._clock = time.monotonic()
        self._seed = request.seed if request.seed is not None else secrets.randbelow(DRAWN_SEEDS)
        ids = prompt_ids(model, request.prompt)
        context = model.context_length
        self._ids, cuts = fit_prompt(ids, context, request.max_tokens, request.fit)
        room = request.max_tokens if context is None else context - len(self._ids)
        self._limit = min(request.max_tokens, room)
        self._ids, self._withheld = withhold(self._ids, chain.strategy)
        known = prefixes.find(model, self._ids)
        dropped = left_out(model.tokenizer, request.prompt)
        self._notices = (*dropped, *cuts, *chain.notices, *self._limits(context))
        self._sequences = [self._sequence(index) for index in range(request.n)]
        self._tasks: list[Task] = []
        self._leave_prefill: Callable[[], None] = _nothing
        self._paused = False
        self._start(known)

    @property
    def done(self) -> bool:
        """Whether every sequence has ended; events may still wait."""
        return all(sequence.finished for sequence in self._sequences)

    @property
    def paused(self) -> bool:
        """Whether it is left out of the scheduler's ticks, for as long as its events are not fetched."""
        return self._paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        self._paused = paused
        for task in self._tasks:
            task.paused = paused

    def __iter__(self) -> Generation:
        return self

    def __next__(self) -> Event:
        while not self.events:
            if self.done:
                raise StopIteration
            self._scheduler.tick()
        return self.events.popleft()

    def cancel(self) -> None:
        """Stop now: what was said stays said, and what was held is freed."""
        self._leave_prefill()
        for task in self._tasks:
            if not task.ended:
                self._scheduler.cancel(task)
        for sequence in self._sequences:
            sequence.finish("cancelled")

    def _limits(self, context: int | None) -> list[str]:
        notices = []
        if self._limit < self.request.max_tokens:
            notices.append(
                f"the context of {context:,} tokens has room for {self._limit:,} more, "
                f"not {self.request.max_tokens:,}"
            )
        if self.request.n > 1 and self._chain.repeats:
            name = self._chain.strategy_name
            notices.append(f"{name} is deterministic: all {self.request.n} sequences are the same")
        return notices

    def _sequence(self, index: int) -> Sequence:
        return Sequence(
            self.request,
            self._model,
            self._ids,
            withheld=self._withheld,
            index=index,
            seed=self._seed,
            limit=self._limit,
            started=self._clock,
            emit=self.events.append,
        )

    def _start(self, known: Known) -> None:
        loaded = versions()
        shared = self._prefixes.reads(self._model, self._ids)
        model_hash = self._hash_of(self._model)
        beside_hashes = {option: self._hash_of(other) for option, other in self._beside.items()}
        for sequence in self._sequences:
            self.events.append(
                Started(
                    sequence=sequence.index,
                    model=self.request.model,
                    chain=self._chain.text,
                    seed=self._seed,
                    prompt_tokens=len(self._ids),
                    cached_tokens=len(self._ids) if shared else known.state.length,
                    device=self._model.device,
                    dtype=self._model.dtype,
                    model_hash=model_hash,
                    tokenizer_hash=self._model.tokenizer.fingerprint,
                    beside_hashes=beside_hashes,
                    versions=loaded,
                    notices=self._notices if sequence.index == 0 else (),
                )
            )
        if self._limit == 0:
            for sequence in self._sequences:
                sequence.finish("length")
        elif known.logits is not None and known.state.length == len(self._ids):
            self._decode(Reading(known.logits, known.state))
        else:
            reading = prefill(self._scheduler, self._prefixes, self._model, self._ids, known)
            self._leave_prefill = reading.join(self._decode, self._prefill_failed)

    def _prefill_failed(self, error: Exception) -> None:
        for sequence in self._sequences:
            sequence.finish("error", error)

    def _decode(self, reading: Reading) -> None:
        """Every sequence goes on from the prompt's one reading, each by itself or all by one search."""
        if self._chain.strategy.joint:
            self._decode_for(self._sequences, reading)
        else:
            for sequence in self._sequences:
                self._decode_for([sequence], reading)

    def _decode_for(self, sequences: list[Sequence], reading: Reading) -> None:
        line = Line(list(self._ids), reading)
        context = Context(
            self._ids,
            reading,
            self._model,
            self._chain,
            sequences[0].limit,
            line,
            self._seed,
            sequence=sequences[0].index,
            count=self.request.n,
            stop=tuple(filter(None, self.request.stop)),
            models=self._beside,
            withheld=self._withheld,
            prefixes=self._prefixes,
        )
        listeners = Listeners(sequences, self._model.tokenizer, self.events.append)

        def take(effect: Effect) -> None:
            listeners.take(effect)
            if listeners.finished:
                self._scheduler.cancel(task)
                self._remember(line)

        def end(error: Exception | None) -> None:
            listeners.finish("error" if error else "done", error)

        label = f"strategy {self._chain.called(self._chain.strategy_name)}"
        task = self._add(self._drive(context), take, end, label)

    def _drive(self, context: Context) -> Decoding:
        yield from self._chain.strategy.decode(context)

    def _remember(self, line: Line) -> None:
        if line.unbroken:
            self._prefixes.keep(self._model, tuple(line.ids), line.reading)

    def _add(
        self,
        generator: Decoding,
        on_effect: Callable[[Effect], None],
        on_end: Callable[[Exception | None], None],
        label: str,
    ) -> Task:
        task = Task(self._model, generator, on_effect, on_end, label, paused=self._paused)
        self._tasks.append(task)
        self._scheduler.add(task)
        return task


def _nothing() -> None:
    """Waits for no prompt."""


def _check_needs(chain: Chain, model: LanguageModel, name: str) -> None:
    missing = chain.strategy.needs & ~model.offers
    if missing:
        wanted = " and ".join(str(need.name).lower() for need in missing)
        raise InvalidInput(
            f"strategy {chain.strategy_name} needs {wanted}, which {name} does not offer",
            "take a model that does, or another strategy",
        )
