"""How a contract states its laws, so that pytest and `playground plugins check` run the same ones.

A contract is a plain class whose methods `test_…` are its laws. A test file subclasses it; it needs no
pytest, and its messages are whole sentences because no assertion is rewritten outside of test files.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any, Literal

import msgspec


def require(condition: Any, message: str) -> None:
    """Raises AssertionError, also under `python -O`, where `condition` does not hold."""
    if not condition:
        raise AssertionError(message)


class Contract:
    """Laws, as methods `test_…`, of one thing that a plugin offers."""

    @classmethod
    def once(cls, maker: str) -> Any:
        """What `self.<maker>()` returns, made once for the class: models take a while to load."""
        made = cls.__dict__.get(f"_made_{maker}")
        if made is None:
            made = getattr(cls(), maker)()
            setattr(cls, f"_made_{maker}", made)
        return made


class Verdict(msgspec.Struct, frozen=True):
    """What became of one law for one thing; `detail` says why it failed or was not tried."""

    thing: str
    law: str
    result: Literal["held", "failed", "skipped"]
    detail: str = ""


def verdicts(thing: str, contract: type[Contract], **makers: Any) -> Iterator[Verdict]:
    """The verdict on every law of `contract` for what `makers` return: `processor=lambda: TopK()`."""
    methods = {name: _method(make) for name, make in makers.items()}
    case = type(contract.__name__, (contract,), methods)
    for name in dir(case):
        if not name.startswith("test_"):
            continue
        law = name.removeprefix("test_").replace("_", " ")
        try:
            getattr(case(), name)()
        except AssertionError as error:
            yield Verdict(thing, law, "failed", str(error))
        except Exception as error:
            yield Verdict(thing, law, "failed", _where(error))
        else:
            yield Verdict(thing, law, "held")


def _method(make: Any) -> Any:
    return lambda self: make()


def _where(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    file = frame.filename.rpartition("/")[2]
    return f"{type(error).__name__}: {error} (line {frame.lineno} of {file})"
