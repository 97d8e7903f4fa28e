"""The settings of the next request, by name, and as text that can be written again."""

from __future__ import annotations

from typing import Annotated, Any, get_type_hints

import msgspec
from msgspec import Meta

from playground.api.errors import InvalidInput, UnknownName
from playground.api.request import Fit
from playground.registry import did_you_mean

NONE = "none"


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What was chosen; None: the template's, or what the configuration says."""

    model: str
    device: str = "auto"
    dtype: str = "auto"
    chain: str | None = None
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)] | None = None
    n: Annotated[int, Meta(ge=1, le=256)] = 1
    max_tokens: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    max_seconds: Annotated[float, Meta(gt=0)] | None = None
    stop: tuple[Annotated[str, Meta(min_length=1)], ...] = ()
    """Beside those of the template."""
    fit: Fit = "error"
    alternatives: Annotated[int, Meta(ge=0, le=100)] = 5
    probs: bool = False
    template: str | None = None
    variables: dict[str, str] = {}
    shots: Annotated[int, Meta(ge=0)] | None = None


NAMES = Choices.__struct_fields__
_HINTS = get_type_hints(Choices, include_extras=True)
TEXTS = ("model", "device", "dtype", "chain", "template", "fit")
"""Those that are written as they are; the others as JSON."""


def written(choices: Choices, name: str) -> str:
    """The value of a choice, as `read` takes it: one line without space around it."""
    value = getattr(choices, name)
    if value is None:
        return NONE
    return str(value) if name in TEXTS else msgspec.json.encode(value).decode()


def read(name: str, text: str) -> Any:
    """What `text` means as the value of `name`. Raises UnknownName and InvalidInput."""
    if name not in NAMES:
        hint = did_you_mean(name, list(NAMES)) or f"there is: {', '.join(NAMES)}"
        raise UnknownName(f"there is no setting {name!r}", hint)
    text = text.strip()
    if text == NONE and _takes_none(name):
        return None
    try:
        value = text if name in TEXTS else msgspec.json.decode(text.encode())
        return msgspec.convert(value, _HINTS[name])
    except msgspec.ValidationError as error:
        raise InvalidInput(f"{name} cannot be {text!r}: {error}", _example(name)) from None
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise InvalidInput(
            f"{name} cannot be {text!r}: it is no value in JSON", _example(name)
        ) from None


def changed(choices: Choices, **values: Any) -> Choices:
    """The choices with these values. Raises InvalidInput for one that cannot be."""
    for name, value in values.items():
        try:
            msgspec.convert(value, _HINTS[name], strict=False)
        except msgspec.ValidationError as error:
            raise InvalidInput(f"{name} cannot be {value!r}: {error}", _example(name)) from None
    return msgspec.structs.replace(choices, **values)


def _takes_none(name: str) -> bool:
    try:
        msgspec.convert(None, _HINTS[name])
    except msgspec.ValidationError:
        return False
    return True


_EXAMPLES = {
    "stop": 'stop ["\\n"]',
    "variables": 'variables {"topic": "rain"}',
    "probs": "probs true",
    "fit": "fit tail",
}


def _example(name: str) -> str:
    return f"for example: /set {_EXAMPLES.get(name, f'{name} 3')}"
