"""What can come next while a chain is typed: stages, their options, and values of these.

It reads the text as far as it goes, for it is not whole yet.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from playground.api.options import Option, options_of, summary_of
from playground.session.actions.chain import EDITS

if TYPE_CHECKING:
    from playground.plugins import Plugins

Word = tuple[str, int, str]
"""The text, where in the typed text it stands, and what it is."""
IDENTIFIER = re.compile(r"[A-Za-z_]\w*$")
STAGES_AFTER = ("append",)
NUMBER_AND_STAGE = re.compile(r"(?:insert|set)\s+\d+\s+")


def chain_words(plugins: Plugins, typed: str) -> list[Word]:
    """The words that could complete `typed`."""
    begin = _after_verb(typed)
    words = list(_in_chain(plugins, typed[begin:], begin))
    if (begin == 0 and typed.isalpha()) or not typed:
        words += [(verb, 0, how) for verb, how in EDITS.items() if verb.startswith(typed)]
    return words


def _after_verb(typed: str) -> int:
    """Where the chain or the stage begins after a word such as `append`."""
    if found := NUMBER_AND_STAGE.match(typed):
        return found.end()
    for verb in STAGES_AFTER:
        if typed.startswith(f"{verb} "):
            return len(verb) + 1
    return 0


def _in_chain(plugins: Plugins, text: str, offset: int) -> Iterator[Word]:
    stage, place = _open_stage(text)
    name, parenthesis, inside = stage.partition("(")
    if not parenthesis:
        word = stage.lstrip()
        at = offset + place + len(stage) - len(word)
        for registry in (plugins.processors, plugins.strategies):
            for each in registry:
                if each.startswith(word):
                    yield each, at, summary_of(registry[each])
        return
    if _is_closed(inside):
        return
    cls = _stage_class(plugins, name.strip())
    if cls is not None:
        start = offset + place + len(name) + 1
        yield from _in_options(options_of(cls), inside, start)


def _open_stage(text: str) -> tuple[str, int]:
    """The stage in which the text ends, and where it begins."""
    depth, quote, begin = 0, "", 0
    for place, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "|" and depth == 0:
            begin = place + 1
    return text[begin:], begin


def _is_closed(inside: str) -> bool:
    return inside.rstrip().endswith(")")


def _stage_class(plugins: Plugins, name: str) -> type[Any] | None:
    for registry in (plugins.processors, plugins.strategies):
        if name in registry:
            found: type[Any] = registry[name]
            return found
    return None


def _in_options(options: tuple[Option, ...], inside: str, start: int) -> Iterator[Word]:
    written = inside.rsplit(",", 1)[-1]
    word = written.lstrip()
    at = start + len(inside) - len(word)
    name, equals, value = word.partition("=")
    if equals:
        for option in options:
            if option.name == name.strip():
                for text in values_of(option):
                    if text.startswith(value):
                        yield text, at + len(name) + 1, option.help
        return
    given = {part.partition("=")[0].strip() for part in inside.split(",")[:-1]}
    for option in options:
        if option.name.startswith(word) and option.name not in given:
            about = " ".join(part for part in (option.range, option.help) if part)
            yield f"{option.name}=", at, about
    if not word and "," not in inside and options:
        for text in values_of(options[0]):
            yield text, at, options[0].name


def values_of(option: Option) -> list[str]:
    """What an option can be, as a chain writes it; of a number only the default is known."""
    if typing.get_origin(option.type) is typing.Literal:
        return [repr(value) for value in typing.get_args(option.type)]
    if option.type is bool:
        return ["true", "false"]
    if option.required:
        return []
    default = option.default
    return [str(default).lower() if isinstance(default, bool) or default is None else repr(default)]
