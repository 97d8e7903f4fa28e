"""What is likely to go wrong with a prompt, said before generating. Advice: nothing is changed.

It needs a tokenizer and numbers, never a model, so that a front end can call it at every keystroke.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playground.api import Prompt, Tokenizer
from playground.api.results import LintWarning


@dataclass(frozen=True, slots=True)
class _Case:
    prompt: Prompt
    tokenizer: Tokenizer
    context_length: int | None
    max_tokens: int


def lint(
    prompt: Prompt, *, tokenizer: Tokenizer, context_length: int | None, max_tokens: int
) -> list[LintWarning]:
    """Warnings about `prompt` when `max_tokens` are to follow it; empty when there are none.

    Raises InvalidInput for a text that the tokenizer cannot encode.
    """
    case = _Case(prompt, tokenizer, context_length, max_tokens)
    return [warning for rule in RULES for warning in rule(case)]


def trailing_space(case: _Case) -> Iterator[LintWarning]:
    """A model whose tokens begin with their space has hardly seen a text that ends in one."""
    text = case.prompt.text
    count = len(text) - len(text.rstrip(" \t"))
    if count:
        yield LintWarning(
            "trailing-space",
            f"the prompt ends in {_counted(count, 'space')}; tokenizers join it to the next word",
            "end the prompt after the last word: the model adds the space itself",
        )


def fits_context(case: _Case) -> Iterator[LintWarning]:
    """Prompt and continuation must fit the context together."""
    length = case.context_length
    if length is None:
        return
    tokens = len(case.tokenizer.start_ids) + len(case.tokenizer.encode(case.prompt.text))
    room = max(0, length - tokens)
    if tokens > length:
        yield LintWarning(
            "context",
            f"the prompt has {tokens} tokens, {tokens - length} more than the context of {length}",
            "shorten it, use fewer --shots, or choose what is kept with --fit tail|head|middle",
        )
    elif case.max_tokens > room:
        yield LintWarning(
            "context",
            f"the prompt has {tokens} tokens of the context's {length}: "
            f"{room} of the {case.max_tokens} tokens asked for can follow",
            f"ask for --max-tokens {room}, or shorten the prompt",
        )


def stops_after_the_answer(case: _Case) -> Iterator[LintWarning]:
    """A model that has read examples goes on with further examples of its own."""
    if case.prompt.shots and not case.prompt.stop:
        yield LintWarning(
            "no-stop",
            f"the prompt holds {_counted(case.prompt.shots, 'example')} and no stop string: "
            "the model will go on with examples of its own",
            "give the separator or a newline as --stop",
        )


def single_token_labels(case: _Case) -> Iterator[LintWarning]:
    """The likelihood of a label falls with each of its tokens."""
    encode, text = case.tokenizer.encode, case.prompt.text
    alone = len(encode(text))
    sizes = {name: len(encode(text + label)) - alone for name, label in case.prompt.labels.items()}
    longer = ", ".join(f"{name} {size}" for name, size in sizes.items() if size > 1)
    if longer:
        yield LintWarning(
            "multi-token-labels",
            f"labels of several tokens are less likely for that alone ({longer})",
            "use words of one token, or classify with --calibrate",
        )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


RULES: tuple[Callable[[_Case], Iterator[LintWarning]], ...] = (
    trailing_space,
    fits_context,
    stops_after_the_answer,
    single_token_labels,
)
