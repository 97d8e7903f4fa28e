"""Choices: the text is one of a list, followed token by token in a trie."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, ClassVar

from playground.api import About, InvalidInput, Lossy, Meta, Processor, Step, Tokenizer
from playground_constraints.narrowing import does_not_fit, narrowed, said, text_of, tokenizer_of

if TYPE_CHECKING:
    from playground.api import Candidates


class Choices(Processor, frozen=True):
    """Say one of these texts and end: `choices([" yes", " no"])`.

    Each text is said in the tokens that the tokenizer reads it in, so mind its leading space: after a
    prompt without one at its end, GPT-2 says " yes" rather than "yes". Where the model has no token that
    ends a text, it ends by itself when a choice is complete.
    """

    aliases: ClassVar[tuple[str, ...]] = ("guided_choice",)
    about: ClassVar[About] = About(
        group="Constraints",
        formula="removes what goes on with none of the choices",
        source="De Cao et al. 2021",
        elsewhere=(
            "vLLM: `guided_choice`, in any tokens that spell one; transformers: "
            "`prefix_allowed_tokens_fn`; llama.cpp: a grammar"
        ),
        example='choices([" sat on the mat", " sat on the rug"])',
    )

    choices: Annotated[tuple[str, ...], Meta(description="texts, one of which is said")]

    def __post_init__(self) -> None:
        if not self.choices:
            raise InvalidInput(
                "choices: the list is empty, so there is nothing to say",
                'name some: choices([" yes", " no"])',
            )
        if "" in self.choices:
            raise InvalidInput("choices: an empty text is no choice", "leave it out")

    def __call__(self, candidates: Candidates, step: Step) -> Candidates:
        import numpy as np

        tokenizer = tokenizer_of(step, "choices")
        ids, ends = said(step), tokenizer.eos_ids
        if ids and ids[-1] in ends:
            return candidates
        node = _trie(_Key(tokenizer.fingerprint, tokenizer), self.choices)
        for token in ids:
            if token not in node.children:
                raise does_not_fit(text_of(ids, tokenizer), "choices")
            node = node.children[token]
        allowed = np.zeros(candidates.vocabulary, dtype=bool)
        allowed[list(node.children)] = True
        return narrowed(candidates, allowed, ends, node.final, "choices")


@dataclass(frozen=True, slots=True)
class Node:
    """What may follow here."""

    text: str = ""
    """The choice that is complete here, if `final`."""
    final: bool = False
    children: dict[int, Node] = field(default_factory=dict)


@dataclass(frozen=True)
class _Key:
    """A tokenizer as a key: those of one fingerprint encode alike."""

    fingerprint: str
    tokenizer: Tokenizer = field(compare=False)


@lru_cache(maxsize=32)
def _trie(key: _Key, choices: tuple[str, ...]) -> Node:
    """Raises InvalidInput for choices that the tokenizer cannot say, or one that could never end."""
    tokenizer = key.tokenizer
    spelled = {tuple(_encoded(choice, tokenizer)): choice for choice in choices}
    root = _grown(spelled, ())
    if not tokenizer.eos_ids:
        _check_ends(root)
    return root


def _grown(spelled: dict[tuple[int, ...], str], before: tuple[int, ...]) -> Node:
    depth = len(before)
    branches: dict[int, dict[tuple[int, ...], str]] = {}
    for ids, choice in spelled.items():
        if len(ids) > depth:
            branches.setdefault(ids[depth], {})[ids] = choice
    children = {token: _grown(branch, (*before, token)) for token, branch in branches.items()}
    return Node(spelled.get(before, ""), before in spelled, children)


def _encoded(choice: str, tokenizer: Tokenizer) -> list[int]:
    try:
        ids = tokenizer.encode(choice)
    except InvalidInput as error:
        raise InvalidInput(f"choices: {choice!r}: {error.message}", error.hint) from None
    if isinstance(tokenizer, Lossy) and (lost := tokenizer.notices(choice)):
        raise InvalidInput(f"choices: {choice!r}: {lost[0]}", "leave the characters out")
    if not ids:
        raise InvalidInput(f"choices: {choice!r} has no tokens in this model's vocabulary")
    return ids


def _check_ends(root: Node) -> None:
    """Raises InvalidInput for a choice that others go on with, where no token could end it."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.final and node.children:
            raise InvalidInput(
                f"choices: {node.text!r} is how another choice begins, and this model has no token"
                " that ends a text, so it could never be said alone",
                'let each end in a mark of its own, such as a line break: choices(["no\\n", …])',
            )
        waiting += node.children.values()
