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
        Branch,
        Commit,
        DecodeContext,
        Decoding,
        Detector,
        Draft,
        Effect,
        Finding,
        Noise,
        Processor,
        ReadAll,
        Step,
        Strategy,
        TextEnds,
    )
    from playground.api.errors import (
        InvalidInput,
        ModelUnavailable,
        PlaygroundError,
        PluginFailed,
        PromptTooLong,
        UnknownName,
    )
    from playground.api.events import (
        Alternative,
        Drafted,
        Event,
        Finished,
        Found,
        Started,
        Token,
        TreeToken,
    )
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
        Unembeds,
    )
    from playground.api.options import Meta, ModelName, Option
    from playground.api.outputs import (
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
    from playground.api.results import (
        Classification,
        Detection,
        Drift,
        Expectation,
        Prediction,
        Score,
    )
    from playground.api.template import Prompt, Template, TemplateTest, Variable
    from playground.api.training import (
        DataPreview,
        Prepared,
        Progress,
        Sampled,
        Saved,
        Trained,
        Trainer,
    )

__all__ = [
    "DEFAULT_CHAIN",
    "About",
    "Action",
    "Alternative",
    "Argument",
    "Backend",
    "Branch",
    "Candidates",
    "Classification",
    "Command",
    "Commit",
    "Continuing",
    "CopyText",
    "DataPreview",
    "DecodeContext",
    "Decoding",
    "Desk",
    "Detection",
    "Detector",
    "Draft",
    "Drafted",
    "Drift",
    "EditText",
    "Effect",
    "Event",
    "Expectation",
    "Finding",
    "Finished",
    "Fit",
    "Found",
    "GenerationRequest",
    "InvalidInput",
    "LanguageModel",
    "Lossy",
    "Meta",
    "ModelCard",
    "ModelName",
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
    "Prepared",
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
    "TextEnds",
    "Token",
    "Tokenizer",
    "Trained",
    "Trainer",
    "TreeToken",
    "Unembeds",
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
        "Branch",
        "Commit",
        "DecodeContext",
        "Decoding",
        "Detector",
        "Draft",
        "Effect",
        "Finding",
        "Noise",
        "Processor",
        "ReadAll",
        "Step",
        "Strategy",
        "TextEnds",
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
        "Found",
        "Started",
        "Token",
        "TreeToken",
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
        "Unembeds",
    ),
    "options": (
        "Meta",
        "ModelName",
        "Option",
    ),
    "outputs": (
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
        "Detection",
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
        "DataPreview",
        "Prepared",
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
