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
from playground.api.template import Prompt, Template, Variable

if TYPE_CHECKING:
    from playground.api.candidates import Candidates

__all__ = [
    "DEFAULT_CHAIN",
    "Alternative",
    "Backend",
    "Candidates",
    "Command",
    "Commit",
    "DecodeContext",
    "Decoding",
    "Draft",
    "Drafted",
    "Effect",
    "Event",
    "Finished",
    "Fit",
    "GenerationRequest",
    "InvalidInput",
    "LanguageModel",
    "Meta",
    "ModelCard",
    "ModelSource",
    "ModelUnavailable",
    "Need",
    "Noise",
    "Option",
    "PlaygroundError",
    "PluginFailed",
    "Processor",
    "Prompt",
    "PromptTooLong",
    "Read",
    "ReadAll",
    "Reading",
    "Started",
    "State",
    "Step",
    "StopReason",
    "Strategy",
    "Template",
    "Token",
    "Tokenizer",
    "UnknownName",
    "Variable",
    "hookimpl",
]


def __getattr__(name: str) -> Any:
    if name == "Candidates":
        from playground.api.candidates import Candidates

        return Candidates
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
