"""The public surface for plugins: everything a plugin may import from the project.

A module of it is imported when something of it is asked for: a prompt is shown without what plugins need, and
`Candidates`, which needs numpy, costs only those who compute.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playground.api.actions import Action, Argument, Desk
    from playground.api.candidates import Candidates
    from playground.api.commands import Command
    from playground.api.decoding import (
        About,
        Commit,
        DecodeContext,
        Decoding,
        Draft,
        Effect,
        Noise,
        Processor,
        ReadAll,
        Step,
        Strategy,
    )
    from playground.api.errors import (
        InvalidInput,
        ModelUnavailable,
        PlaygroundError,
        PluginFailed,
        PromptTooLong,
        UnknownName,
    )
    from playground.api.events import Alternative, Drafted, Event, Finished, Started, Token
    from playground.api.hooks import hookimpl
    from playground.api.model import (
        Backend,
        LanguageModel,
        Lossy,
        ModelCard,
        ModelSource,
        Need,
        Read,
        Reading,
        State,
        Tokenizer,
    )
    from playground.api.options import Meta, Option
    from playground.api.outputs import (
        Column,
        Columns,
        Continuing,
        CopyText,
        EditText,
        Note,
        Output,
        Passage,
        Piece,
        Quit,
        Table,
    )
    from playground.api.request import DEFAULT_CHAIN, Fit, GenerationRequest, StopReason
    from playground.api.results import Classification, Drift, Expectation, Prediction, Score
    from playground.api.template import Prompt, Template, TemplateTest, Variable
    from playground.api.training import Progress, Sampled, Saved, Trained, Trainer

__all__ = [
    "DEFAULT_CHAIN",
    "About",
    "Action",
    "Alternative",
    "Argument",
    "Backend",
    "Candidates",
    "Classification",
    "Column",
    "Columns",
    "Command",
    "Commit",
    "Continuing",
    "CopyText",
    "DecodeContext",
    "Decoding",
    "Desk",
    "Draft",
    "Drafted",
    "Drift",
    "EditText",
    "Effect",
    "Event",
    "Expectation",
    "Finished",
    "Fit",
    "GenerationRequest",
    "InvalidInput",
    "LanguageModel",
    "Lossy",
    "Meta",
    "ModelCard",
    "ModelSource",
    "ModelUnavailable",
    "Need",
    "Noise",
    "Note",
    "Option",
    "Output",
    "Passage",
    "Piece",
    "PlaygroundError",
    "PluginFailed",
    "Prediction",
    "Processor",
    "Progress",
    "Prompt",
    "PromptTooLong",
    "Quit",
    "Read",
    "ReadAll",
    "Reading",
    "Sampled",
    "Saved",
    "Score",
    "Started",
    "State",
    "Step",
    "StopReason",
    "Strategy",
    "Table",
    "Template",
    "TemplateTest",
    "Token",
    "Tokenizer",
    "Trained",
    "Trainer",
    "UnknownName",
    "Variable",
    "hookimpl",
]

_NAMES = {
    "actions": (
        "Action",
        "Argument",
        "Desk",
    ),
    "candidates": ("Candidates",),
    "commands": ("Command",),
    "decoding": (
        "About",
        "Commit",
        "DecodeContext",
        "Decoding",
        "Draft",
        "Effect",
        "Noise",
        "Processor",
        "ReadAll",
        "Step",
        "Strategy",
    ),
    "errors": (
        "InvalidInput",
        "ModelUnavailable",
        "PlaygroundError",
        "PluginFailed",
        "PromptTooLong",
        "UnknownName",
    ),
    "events": (
        "Alternative",
        "Drafted",
        "Event",
        "Finished",
        "Started",
        "Token",
    ),
    "hooks": ("hookimpl",),
    "model": (
        "Backend",
        "LanguageModel",
        "Lossy",
        "ModelCard",
        "ModelSource",
        "Need",
        "Read",
        "Reading",
        "State",
        "Tokenizer",
    ),
    "options": (
        "Meta",
        "Option",
    ),
    "outputs": (
        "Column",
        "Columns",
        "Continuing",
        "CopyText",
        "EditText",
        "Note",
        "Output",
        "Passage",
        "Piece",
        "Quit",
        "Table",
    ),
    "request": (
        "DEFAULT_CHAIN",
        "Fit",
        "GenerationRequest",
        "StopReason",
    ),
    "results": (
        "Classification",
        "Drift",
        "Expectation",
        "Prediction",
        "Score",
    ),
    "template": (
        "Prompt",
        "Template",
        "TemplateTest",
        "Variable",
    ),
    "training": (
        "Progress",
        "Sampled",
        "Saved",
        "Trained",
        "Trainer",
    ),
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value
