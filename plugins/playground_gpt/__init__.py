"""GPT-1 and GPT-2: one decoder of our own, small, fast and inspectable, for both and for every size.

Importing this package imports neither torch nor numpy; they come with the first model that is loaded.
"""

from __future__ import annotations

from pathlib import Path

from playground.api import Backend, ModelSource, hookimpl
from playground_gpt.backend import GptBackend

__all__ = ["GptBackend"]

MODELS = Path(__file__).with_name("models")
SHIPPED = (
    ("tiny-gpt2", "a small GPT-2 that has read classics; ships with the playground"),
    ("tiny-gpt1", "a small GPT-1 that has read them in lower case; ships with the playground"),
)

SOURCES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("gpt2", "openai-community/gpt2", "GPT-2, 124 million parameters", {}),
    ("gpt2-medium", "openai-community/gpt2-medium", "GPT-2, 355 million parameters", {}),
    ("gpt2-large", "openai-community/gpt2-large", "GPT-2, 774 million parameters", {}),
    ("gpt2-xl", "openai-community/gpt2-xl", "GPT-2, 1,558 million parameters", {}),
    (
        "distilgpt2",
        "distilbert/distilgpt2",
        "GPT-2 distilled to 6 layers, 82 million parameters",
        {},
    ),
    ("gpt1", "openai-community/openai-gpt", "GPT-1, 117 million parameters", {}),
    (
        "gpt1-openai",
        "openai-community/openai-gpt",
        "GPT-1 with the tokens of OpenAI's own code, which keeps newlines",
        {"dialect": "openai"},
    ),
)


@hookimpl
def register_backends() -> list[Backend]:
    return [GptBackend()]


@hookimpl
def register_models() -> list[ModelSource]:
    shipped = [
        ModelSource(name=name, summary=summary, folder=MODELS / name) for name, summary in SHIPPED
    ]
    return shipped + [
        ModelSource(name=name, repository=repository, summary=summary, options=options)
        for name, repository, summary, options in SOURCES
    ]
