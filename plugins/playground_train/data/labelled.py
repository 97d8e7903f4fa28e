"""Examples with labels as a classifier reads them: a sequence each, some of them held out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.api import InvalidInput
from playground_train.data.batches import Labelled
from playground_train.data.sequences import fitted, told_of_longer
from playground_train.data.splitting import sides

if TYPE_CHECKING:
    from playground_train.data.reading import Corpus
    from playground_train.gpt import FineTuner


@dataclass(frozen=True)
class LabelledTexts:
    """`held_out` are batches of which any examples can be chosen; `texts` those of the held-out ones."""

    labels: tuple[str, ...]
    training: Labelled
    held_out: Labelled
    texts: tuple[str, ...]
    notes: tuple[str, ...]


def labelled_texts(
    recipe: FineTuner,
    corpus: Corpus,
    encode: Callable[[list[str]], list[list[int]]],
    closing: tuple[int, ...],
) -> LabelledTexts:
    """The examples of a corpus, each followed by `closing`.

    Raises InvalidInput for fewer than two labels, for one that no training example has, for an example that
    is refused, and where a side is empty.
    """
    limit = recipe.sequence_length - len(closing)
    encoded = [np.array(ids, np.int32) for ids in encode(list(corpus.texts))]
    longer = sum(len(ids) > limit for ids in encoded)
    examples = [
        (np.array([*ids, *closing], np.int32) if len(ids) else ids)
        for ids in (fitted(ids, limit, recipe.overlong) for ids in encoded)
    ]
    kept = [place for place, ids in enumerate(examples) if len(ids)]
    held = sides(corpus.texts, recipe.validation_share, by_hash=recipe.split != "end")
    training = [place for place in kept if not held[place]]
    held_out = [place for place in kept if held[place]]
    labels = _labels(corpus, training, held_out)
    numbers = np.array([labels.index(label) for label in corpus.labels])

    def chosen(places: list[int], rows: int) -> Labelled:
        return Labelled([examples[p] for p in places], numbers[places], rows, recipe.seed)

    return LabelledTexts(
        labels,
        chosen(training, recipe.batch_size),
        chosen(held_out, 1),
        tuple(corpus.texts[place] for place in held_out),
        (
            _counts(corpus, training),
            *told_of_longer(longer, limit, recipe.overlong),
        ),
    )


def _labels(corpus: Corpus, training: list[int], held_out: list[int]) -> tuple[str, ...]:
    for places, what in ((training, "train"), (held_out, "validate")):
        if not places:
            raise InvalidInput(
                f"of {len(corpus.texts):,} examples none is left to {what} on",
                "use more examples, another validation_share or a longer sequence_length",
            )
    every = sorted(set(corpus.labels))
    if len(every) < 2:
        raise InvalidInput(
            f"all {len(corpus.texts):,} examples have the label {every[0]!r}",
            "labels are learned from examples of at least two",
        )
    learned = {corpus.labels[place] for place in training}
    unseen = [label for label in every if label not in learned]
    if unseen:
        count = corpus.labels.count(unseen[0])
        raise InvalidInput(
            f"no example to train on has the label {unseen[0]!r}: its {count:,} are held out or left out",
            "add examples of it, or choose another validation_share or split",
        )
    return tuple(every)


def _counts(corpus: Corpus, training: list[int]) -> str:
    """`2 labels: negative 4,800, positive 4,790 examples to train on`."""
    counts = Counter(corpus.labels[place] for place in training)
    told = ", ".join(f"{label} {counts[label]:,}" for label in sorted(counts)[:8])
    more = f" and {len(counts) - 8:,} more" if len(counts) > 8 else ""
    return f"{len(counts):,} labels: {told}{more} examples to train on"
