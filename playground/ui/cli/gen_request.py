"""From the options of `gen` to a request: flags over the template over settings."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from playground.ui.cli.console import is_terminal, warn
from playground.ui.cli.decoding_options import stage_flags
from playground.ui.cli.prompting import prompt_of

if TYPE_CHECKING:
    from playground.api import GenerationRequest, Prompt
    from playground.session.client import Session

EVENT_ALTERNATIVES = 5


def build(
    session: Session, options: Mapping[str, Any], *, before: str = ""
) -> tuple[GenerationRequest, Prompt]:
    """The request that the options mean, for a prompt after the text `before`, and that prompt.

    What is likely to go wrong with it is said on stderr. An option that the command does not have
    was not given.

    Raises InvalidInput for what cannot be meant.
    """
    import msgspec

    from playground.api import GenerationRequest

    prompt = prompt_of(
        session, _text(options, before), options["template"], options["params"], options["shots"]
    )
    prompt = msgspec.structs.replace(prompt, text=before + prompt.text)
    settings = session.settings
    stop = tuple(dict.fromkeys((*prompt.stop, *options.get("stop", ()))))
    max_tokens = _first(options.get("max_tokens"), prompt.max_tokens, settings.max_tokens)
    request = GenerationRequest(
        prompt=prompt.text,
        model=settings.model,
        chain=_chain(session, prompt, options),
        n=options.get("n") or 1,
        max_tokens=max_tokens,
        max_seconds=options.get("max_seconds"),
        stop=stop,
        seed=options.get("seed"),
        alternatives=_alternatives(options),
        fit=options.get("fit") or "error",
        device=settings.device,
        dtype=settings.dtype,
    )
    written = msgspec.structs.replace(prompt, stop=stop, labels={})
    for warning in session.lint(written, max_tokens):
        # What does not fit the context is an error or a notice of the generation itself.
        if warning.code != "context":
            warn(warning.message, warning.hint)
    return request, prompt


def _text(options: Mapping[str, Any], before: str) -> str | None:
    """The argument; on a terminal a text can be gone on with that nothing is added to."""
    alone = options["text"] is None and options["template"] is None
    return "" if alone and before and is_terminal(sys.stdin) else options["text"]


def _first(*values: Any) -> Any:
    return next(value for value in values if value is not None)


def _chain(session: Session, prompt: Prompt, options: Mapping[str, Any]) -> str:
    from playground.session.chain_flags import with_flags

    return with_flags(
        _first(options.get("strategy"), prompt.chain, session.settings.chain),
        stage_flags(options),
        processors=session.plugins.processors,
        strategies=session.plugins.strategies,
    )


def _alternatives(options: Mapping[str, Any]) -> int:
    """Only events show alternatives, so only they pay for them."""
    if not options.get("jsonl"):
        return 0
    asked = options.get("alternatives")
    return EVENT_ALTERNATIVES if asked is None else asked
