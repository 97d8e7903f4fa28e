"""Which model, and where it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from playground.api.actions import Action, Argument, Arguments
from playground.api.outputs import Note, Output, Table, facts
from playground.session.sizes import bytes_text

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

DEVICES = ("auto", "cpu", "cuda", "mps")
DTYPES = ("auto", "float32", "bfloat16", "float16", "int8")


def model(bench: Workbench, given: Arguments) -> Iterator[Output]:
    if given["name"]:
        bench.choose(model=given["name"])
    yield from _told(bench, "model")


def device(bench: Workbench, given: Arguments) -> Iterator[Output]:
    if given["device"]:
        bench.choose(device=given["device"])
    yield from _told(bench, "device")


def dtype(bench: Workbench, given: Arguments) -> Iterator[Output]:
    if given["dtype"]:
        bench.choose(dtype=given["dtype"])
    yield from _told(bench, "dtype")


def _told(bench: Workbench, name: str) -> Iterator[Output]:
    yield Note(f"{name}: {getattr(bench.choices, name)}", "notice")


def models(bench: Workbench, _: Arguments) -> Iterator[Output]:
    """What there is, and what of it is loaded."""
    loaded = {each.name: each for each in bench.ask(bench.session.loaded)}
    rows = []
    for entry in bench.session.catalog.entries():
        here = loaded.get(entry.name)
        rows.append(
            (
                ">" * (entry.name == bench.choices.model),
                entry.name,
                entry.kind,
                bench.session.catalog.problem(entry) or ("loaded" if here else "ready"),
                bytes_text(here.bytes) if here else None,
                bytes_text(here.cache_bytes) if here else None,
            )
        )
    headers = ("", "name", "kind", "state", "weights", "known prefixes")
    yield Table(headers, tuple(rows), right=headers[4:])


def card(bench: Workbench, given: Arguments) -> Iterator[Output]:
    from playground.session.model_facts import card_facts

    located = bench.session.catalog.resolve(given["name"] or bench.choices.model)
    yield facts(card_facts(located, located.backend.card(located.folder)))


def unload(bench: Workbench, given: Arguments) -> Iterator[Output]:
    name = given["name"] or bench.choices.model
    bench.ask(lambda: bench.session.unload(name))
    yield Note(f"{name} is unloaded", "notice")


NAME = Argument(name="name", completer="models", optional=True, help="A model's name or folder.")

ACTIONS = (
    Action(
        name="model",
        group="model",
        summary="Choose the model, or tell which it is.",
        arguments=(NAME,),
        run=model,
    ),
    Action(name="models", group="model", summary="List the models and what is loaded.", run=models),
    Action(
        name="card",
        group="model",
        summary="Tell what a model is, by the headers of its files.",
        arguments=(NAME,),
        run=card,
    ),
    Action(
        name="unload",
        group="model",
        summary="Free the memory of a model.",
        arguments=(NAME,),
        run=unload,
    ),
    Action(
        name="device",
        group="model",
        summary="Choose what computes, or tell what does.",
        arguments=(
            Argument(name="device", suggestions=DEVICES, optional=True, help="Such as cuda:1."),
        ),
        run=device,
    ),
    Action(
        name="dtype",
        group="model",
        summary="Choose the number type of the weights, or tell which it is.",
        arguments=(Argument(name="dtype", suggestions=DTYPES, optional=True, help="A type."),),
        run=dtype,
    ),
)
