"""From the options of `gen` to a request: flags over the template over settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from playground.ui.cli.console import warn
from playground.ui.cli.prompting import prompt_of

if TYPE_CHECKING:
    from playground.api import GenerationRequest, Prompt
    from playground.session.client import Session

EVENT_ALTERNATIVES = 5


def build(session: Session, options: Mapping[str, Any]) -> GenerationRequest:
    """The request that the options mean; what is likely to go wrong with it is said on stderr.

    Raises InvalidInput for what cannot be meant.
    """
    import msgspec

    from playground.api import GenerationRequest

    prompt = prompt_of(
        session, options["text"], options["template"], options["params"], options["shots"]
    )
    settings = session.settings
    stop = tuple(dict.fromkeys((*prompt.stop, *options["stop"])))
    max_tokens = _first(options["max_tokens"], prompt.max_tokens, settings.max_tokens)
    request = GenerationRequest(
        prompt=prompt.text,
        model=settings.model,
        chain=_chain(session, prompt, options),
        n=options["n"],
        max_tokens=max_tokens,
        max_seconds=options["max_seconds"],
        stop=stop,
        seed=options["seed"],
        alternatives=_alternatives(options),
        fit=options["fit"] or "error",
        device=settings.device,
        dtype=settings.dtype,
    )
    prompt = msgspec.structs.replace(prompt, stop=stop, labels={})
    for warning in session.lint(prompt, max_tokens):
        # What does not fit the context is an error or a notice of the generation itself.
        if warning.code != "context":
            warn(warning.message, warning.hint)
    return request


def _first(*values: Any) -> Any:
    return next(value for value in values if value is not None)


def _chain(session: Session, prompt: Prompt, options: Mapping[str, Any]) -> str:
    from playground.session.chain_flags import with_flags

    flags = {name: options[name] for name in ("temperature", "top_k", "top_p")}
    return with_flags(
        _first(options["strategy"], prompt.chain, session.settings.chain),
        flags,
        processors=session.plugins.processors,
        strategies=session.plugins.strategies,
    )


def _alternatives(options: Mapping[str, Any]) -> int:
    """Only events show alternatives, so only they pay for them."""
    if not options["jsonl"]:
        return 0
    asked = options["alternatives"]
    return EVENT_ALTERNATIVES if asked is None else asked
