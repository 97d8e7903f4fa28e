"""Every hook that a plugin can implement, on one screen.

A plugin is a module with `@hookimpl` functions: an installed distribution that names the module in the
entry-point group `playground`, or one `.py` file in a plugin folder. Hooks return lists; none runs inside a
step of decoding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from playground.api.actions import Action
    from playground.api.commands import Command
    from playground.api.decoding import Processor, Strategy
    from playground.api.inspectors import Inspector
    from playground.api.memory import MemoryCheck
    from playground.api.model import Backend, ModelSource
    from playground.api.template import Template
    from playground.api.training import Trainer

PROJECT = "playground"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_processors() -> list[type[Processor]]:  # type: ignore[empty-body]
    """Stages of a chain: classes whose fields are their options."""


@hookspec
def register_strategies() -> list[type[Strategy]]:  # type: ignore[empty-body]
    """Decoding loops: classes whose fields are their options."""


@hookspec
def register_backends() -> list[Backend]:  # type: ignore[empty-body]
    """Loaders of model folders; the first that recognises one loads it (`trylast=True`: a fallback)."""


@hookspec
def register_models() -> list[ModelSource]:  # type: ignore[empty-body]
    """Names for models: folders that the plugin ships, or repositories of the model hub."""


@hookspec
def register_templates() -> list[Template]:  # type: ignore[empty-body]
    """Prompt templates beside those in the prompt folders."""


@hookspec
def register_trainers() -> list[type[Trainer]]:  # type: ignore[empty-body]
    """Ways to train a model from files: classes whose fields are the recipe."""


@hookspec
def register_memory_checks() -> list[MemoryCheck]:  # type: ignore[empty-body]
    """Ways to tell whether a text was memorised from data; the first is asked."""


@hookspec
def register_actions() -> list[Action]:  # type: ignore[empty-body]
    """Slash commands of the REPL, keys and palette entries of every front end."""


@hookspec
def register_inspectors() -> list[Inspector]:  # type: ignore[empty-body]
    """Panels that look at a text or a token of it, named by import path."""


@hookspec
def register_commands() -> list[Command]:  # type: ignore[empty-body]
    """Verbs of the command line."""
