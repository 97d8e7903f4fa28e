"""The public surface for plugins: everything a plugin may import from the project.

Imports the standard library, pluggy and msgspec only; `Candidates`, which needs numpy, is loaded when it is
asked for, so that listing what plugins offer stays light.
"""

from typing import TYPE_CHECKING, Any

from playground.api.commands import Command
from playground.api.decoding import (
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
from playground.api.request import DEFAULT_CHAIN, Fit, GenerationRequest, StopReason
from playground.api.results import Classification, Drift, Expectation, Prediction, Score
from playground.api.template import Prompt, Template, TemplateTest, Variable
from playground.api.training import Progress, Sampled, Saved, Trained, Trainer

if TYPE_CHECKING:
    from playground.api.candidates import Candidates

__all__ = [
    "DEFAULT_CHAIN",
    "Alternative",
    "Backend",
    "Candidates",
    "Classification",
    "Command",
    "Commit",
    "DecodeContext",
    "Decoding",
    "Draft",
    "Drafted",
    "Drift",
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
    "Option",
    "PlaygroundError",
    "PluginFailed",
    "Prediction",
    "Processor",
    "Progress",
    "Prompt",
    "PromptTooLong",
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


def __getattr__(name: str) -> Any:
    if name == "Candidates":
        from playground.api.candidates import Candidates

        return Candidates
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
