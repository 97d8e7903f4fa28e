"""What a typed line means: a command, or a text to go on from.

`/` begins a command, `//` a text that begins with a slash; `@` the text of a file, `@@` a text that begins
with an at sign; three double quotes hold a text of several lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec

from playground.api.actions import Action, Argument
from playground.api.errors import InvalidInput
from playground.api.options import Meta, range_of
from playground.registry import did_you_mean
from playground.session.actions.words import take_word

FENCE = '"""'


class Typed(msgspec.Struct, frozen=True):
    """A text to put after the document and to go on from; the empty one only goes on."""

    text: str


class Called(msgspec.Struct, frozen=True):
    """An action with what it was given."""

    action: Action
    arguments: dict[str, Any]


def parse(line: str, actions: Mapping[str, Action]) -> Typed | Called:
    """What `line` means. Raises InvalidInput, UnknownName for a command that is not there."""
    if line.startswith("/") and not line.startswith("//"):
        name, _, rest = line[1:].partition(" ")
        name, newline, more = name.partition("\n")
        action = find(name, actions)
        return Called(action, given(action, more + rest if newline else rest))
    return Typed(typed_text(line))


def typed_text(line: str) -> str:
    """The text that a line which is no command stands for. Raises InvalidInput for an unreadable file."""
    if is_fenced(line):
        inner = line.strip()[len(FENCE) : -len(FENCE)]
        return inner.removeprefix("\n").removesuffix("\n")
    if line.startswith(("//", "@@")):
        return line[1:]
    if line.startswith("@"):
        return read_text(line[1:].strip())
    return line


def is_fenced(line: str) -> bool:
    """Whether the whole line is between a pair of fences."""
    stripped = line.strip()
    return (
        len(stripped) >= 2 * len(FENCE) and stripped.startswith(FENCE) and stripped.endswith(FENCE)
    )


def is_open(line: str) -> bool:
    """Whether a fence was begun and not ended, so that more lines belong to it."""
    return line.lstrip().startswith(FENCE) and not is_fenced(line)


def literal(text: str) -> str:
    """A line that means `text`: what `typed_text` gives back."""
    if "\n" in text or text != text.strip() or text.startswith(FENCE):
        return f"{FENCE}\n{text}\n{FENCE}"
    return text[0] + text if text.startswith(("/", "@")) else text


def read_text(name: str) -> str:
    """The text of a file. Raises InvalidInput where it cannot be read or is no UTF-8."""
    file = Path(name).expanduser()
    try:
        return file.read_bytes().decode("utf-8")
    except OSError as error:
        raise InvalidInput(
            f"cannot read {name!r}: {error.strerror}", "a text that begins with @ is written @@"
        ) from None
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name} is not UTF-8 at byte {error.start}", "convert it") from None


def find(name: str, actions: Mapping[str, Action]) -> Action:
    """The action of a name, an alias, or the beginning of one. Raises UnknownName and InvalidInput."""
    if name in actions:
        return actions[name]
    begin = {a.name: a for a in actions.values() if any(n.startswith(name) for n in names(a))}
    if len(begin) == 1 and name:
        return next(iter(begin.values()))
    if begin and name:
        raise InvalidInput(f"/{name} may be " + " or ".join(f"/{n}" for n in begin), "type more")
    near = did_you_mean(name, [n for action in actions.values() for n in names(action)])
    from playground.api.errors import UnknownName

    hint = f"{near.replace('mean ', 'mean /').replace(' or ', ' or /')} " if near else ""
    raise UnknownName(
        f"there is no command /{name}",
        f"{hint}/help lists them; a text that begins with a slash is written //{name}",
    )


def names(action: Action) -> tuple[str, ...]:
    return (action.name, *action.aliases)


def given(action: Action, text: str) -> dict[str, Any]:
    """What the rest of a line gives each argument; None where it gives none. Raises InvalidInput.

    An argument that takes the rest takes the spaces around it, too: they may be what is meant.
    """
    values: dict[str, Any] = {}
    rest = text
    for argument in action.arguments:
        if not rest or (rest.isspace() and (argument.optional or not argument.rest)):
            rest = ""
            if not argument.optional:
                raise InvalidInput(f"/{action.name} needs {argument.name}", _usage(action))
            values[argument.name] = None
        elif argument.rest:
            values[argument.name], rest = rest, ""
        else:
            word, rest = take_word(rest.lstrip())
            values[argument.name] = converted(action, argument, word)
    if rest.strip():
        raise InvalidInput(f"/{action.name} does not take {rest.strip()!r}", _usage(action))
    return values


def converted(action: Action, argument: Argument, word: str) -> Any:
    """`word` as the argument's type. Raises InvalidInput saying what it takes."""
    if argument.choices:
        if word in argument.choices:
            return word
        begin = [choice for choice in argument.choices if choice.startswith(word)]
        if len(begin) == 1:
            return begin[0]
        wanted = " or ".join(argument.choices)
    else:
        try:
            return msgspec.convert(word, argument.type, strict=False)
        except msgspec.ValidationError:
            wanted = described(argument.type)
    raise InvalidInput(
        f"/{action.name}: {argument.name} must be {wanted}, not {word!r}", _usage(action)
    )


def described(kind: Any) -> str:
    """A type for people: `a whole number at least 1`."""
    arguments = get_args(kind) if get_origin(kind) is not None else ()
    metas = [part for part in arguments if isinstance(part, Meta)]
    base = arguments[0] if metas else kind
    words = {int: "a whole number", float: "a number", str: "a text"}
    return " ".join(part for part in (words.get(base, str(base)), range_of(metas)) if part)


def _usage(action: Action) -> str:
    return f"it is used as: {action.usage}"
