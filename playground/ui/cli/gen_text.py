"""A generation as text: the first sequence as it comes, the others after it, all else on stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from playground.ui.cli import console, probability
from playground.ui.cli.gen_views import View

if TYPE_CHECKING:
    from playground.api import Event, Finished, Found, GenerationRequest, Started, Token

REASONS = {
    "eos": "the model ended the text",
    "stop": "stopped at a stop string",
    "length": "stopped at --max-tokens",
    "time": "stopped at --max-seconds",
    "context": "the context is full",
    "done": "the strategy had no more to say",
    "cancelled": "cancelled",
    "error": "failed",
}


class Text(View):
    """Only the generated text goes to stdout, every token flushed as it comes."""

    def __init__(self, request: GenerationRequest) -> None:
        from playground.session.in_order import InOrder

        super().__init__()
        self._request = request
        self._order = InOrder()
        self._started: Started | None = None
        self._found: list[Found] = []
        self._on_new_line = True

    def show(self, event: Event) -> None:
        from playground.api import Finished, Found, Started, Token

        super().show(event)
        for ready in self._order.push(event):
            if isinstance(ready, Started):
                self.started(ready)
            elif isinstance(ready, Token):
                self.token(ready)
            elif isinstance(ready, Found):
                # Told below the text, which it must not break.
                self._found.append(ready)
            elif isinstance(ready, Finished):
                self.ended(ready)

    def started(self, event: Started) -> None:
        self._started = event
        for line in event.notices:
            console.notice(line)
        if self._request.n > 1:
            console.notice(f"── sequence {event.sequence + 1} of {self._request.n} ──")
        if console.is_terminal(sys.stdout) and console.is_terminal(sys.stderr):
            # Where both are one screen, the text reads on from its prompt.
            console.write(self._request.prompt, stream=sys.stderr, style=console.DIM)
            self._on_new_line = self._request.prompt.endswith("\n")

    def token(self, event: Token) -> None:
        self.write(event.text)

    def ended(self, event: Finished) -> None:
        last = event.sequence == self._request.n - 1
        if not self._on_new_line and (console.is_terminal(sys.stdout) or not last):
            self.write("\n")
        if not last:
            self.write("\n")
        while self._found:
            self.found(self._found.pop(0))
        if event.error is None:
            console.notice(self._summary(event))

    def found(self, event: Found) -> None:
        """What a search found, beside the text as all that is said of it."""
        from playground.session.branches import found
        from playground.session.plain_text import PlainText

        plain = PlainText()
        for output in found(event):
            for line in plain.take(output).splitlines():
                console.notice(line)

    def write(self, text: str, style: str = "") -> None:
        if text:
            console.write(text, style=style)
            self._on_new_line = text.endswith("\n")

    def _summary(self, event: Finished) -> str:
        rate = f" ({event.tokens / event.seconds:,.0f}/s)" if event.tokens and event.seconds else ""
        parts = [
            f"{event.tokens:,} tokens in {event.seconds:.2f} s{rate}",
            REASONS[event.reason] + (f" {event.stop!r}" if event.stop else ""),
        ]
        if self._started:
            parts += [self._started.model, self._started.chain]
        return " · ".join([*parts, f"seed {event.seed}"])


class Probabilities(Text):
    """Every token in the colour of its probability, or with the number where there are no colours."""

    def __init__(self, request: GenerationRequest) -> None:
        super().__init__(request)
        self._logprobs: list[float] = []
        self._coloured = console.has_colour(sys.stdout)

    def started(self, event: Started) -> None:
        if event.sequence == 0:
            probability.write_legend(self._coloured)
        super().started(event)

    def token(self, event: Token) -> None:
        # A token of half a character, or one held back, has no text yet: the next one shows both.
        self._logprobs.append(event.raw_logprob)
        if not event.text:
            return
        form = probability.coloured if self._coloured else probability.numbered
        for text, style in form(event.text, self._logprobs):
            self.write(text, style)
        self._logprobs.clear()

    def ended(self, event: Finished) -> None:
        self._logprobs.clear()
        super().ended(event)
