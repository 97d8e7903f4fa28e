"""Keys that do something else here than prompt_toolkit lets them do."""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from playground.session.actions.line import is_open
from playground.session.workbench import Workbench


def bindings(bench: Workbench, interrupt: Callable[[], None]) -> KeyBindings:
    """The keys; `interrupt` is what ctrl-c does."""
    keys = KeyBindings()
    keys.add("c-c")(lambda event: interrupt())
    keys.add("<sigint>")(lambda event: interrupt())
    keys.add("enter")(_enter)
    keys.add("escape", "enter")(lambda event: event.current_buffer.insert_text("\n"))
    keys.add("tab")(lambda event: complete(bench, event.current_buffer))
    return keys


def _enter(event: KeyPressEvent) -> None:
    """Takes a completion that is chosen; goes to a new line in a text that is not closed; else all of it."""
    buffer = event.current_buffer
    state = buffer.complete_state
    if state is not None and state.current_completion is not None:
        buffer.complete_state = None
    elif is_open(buffer.text):
        buffer.insert_text("\n")
    else:
        buffer.validate_and_handle()


def complete(bench: Workbench, buffer: Buffer) -> None:
    """The next completion of the menu; without one, what all completions begin with, and the menu.

    At once: while completions are looked for in the background, prompt_toolkit would drop the key.
    """
    state = buffer.complete_state
    if state is not None and state.completions:
        buffer.complete_next()
        return
    from playground.session.actions.completing import completions

    line = buffer.document.text_before_cursor
    found = completions(bench, line) if buffer.document.on_first_line else []
    if not found:
        return
    start = found[0].start
    beginning = common_beginning([each.text for each in found])
    if len(beginning) > len(line) - start:
        buffer.delete_before_cursor(len(line) - start)
        buffer.insert_text(beginning)
    if len(found) > 1:
        buffer.start_completion()


def common_beginning(words: list[str]) -> str:
    """What all of some words begin with."""
    low, high = min(words), max(words)
    different = (place for place, (a, b) in enumerate(zip(low, high, strict=False)) if a != b)
    return low[: next(different, min(len(low), len(high)))]
