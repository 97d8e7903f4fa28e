"""How alike two texts are, from 0 to 1: what minimum Bayes risk decoding maximises.

Each takes a hypothesis and a reference; all are 1 for equal ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

CHARACTER_ORDER = 6
RECALL_WEIGHT = 2.0


def token_f1(hypothesis: Sequence[int], reference: Sequence[int]) -> float:
    """The harmonic mean of precision and recall of tokens, each as often as it occurs."""
    if not hypothesis and not reference:
        return 1.0
    common = (Counter(hypothesis) & Counter(reference)).total()
    return 2 * common / (len(hypothesis) + len(reference))


def chrf(hypothesis: str, reference: str) -> float:
    """Character n-gram F-score, n from 1 to 6, recall counted twice as much (Popović 2015).

    White space is left out, and so are orders of which one of the texts has no n-gram, as in sacrebleu.
    """
    hypothesis, reference = ("".join(text.split()) for text in (hypothesis, reference))
    if not hypothesis and not reference:
        return 1.0
    precisions, recalls = [], []
    for size in range(1, CHARACTER_ORDER + 1):
        ours, theirs = _ngrams(hypothesis, size), _ngrams(reference, size)
        if ours and theirs:
            common = (ours & theirs).total()
            precisions.append(common / ours.total())
            recalls.append(common / theirs.total())
    if not any(precisions):
        return 0.0
    precision, recall = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    factor = RECALL_WEIGHT**2
    return (1 + factor) * precision * recall / (factor * precision + recall)


def edit_similarity(hypothesis: Sequence[int], reference: Sequence[int]) -> float:
    """1 less the tokens to insert, delete or replace (Levenshtein 1966), over the longer length."""
    longer = max(len(hypothesis), len(reference))
    return 1 - edit_distance(hypothesis, reference) / longer if longer else 1.0


def edit_distance(first: Sequence[int], second: Sequence[int]) -> int:
    """Fewest insertions, deletions and replacements that make `second` of `first`."""
    row = list(range(len(second) + 1))
    for place, token in enumerate(first, start=1):
        diagonal, row[0] = row[0], place
        for at, other in enumerate(second, start=1):
            replaced = diagonal + (token != other)
            diagonal = row[at]
            row[at] = min(replaced, row[at] + 1, row[at - 1] + 1)
    return row[-1]


def _ngrams(text: str, size: int) -> Counter[str]:
    return Counter(text[at : at + size] for at in range(len(text) - size + 1))
