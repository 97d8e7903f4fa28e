"""Models so small that all their texts can be counted, and whether counts fit probabilities."""

import math

import numpy as np

from playground.api import Candidates, Read
from playground.testing import CharTokenizer, ScriptedModel


def small_model(seed, letters="abc", spread=1.5):
    """Random logits after every text over a few letters and an end."""

    def says(tokens):
        return spread * np.random.default_rng([seed, *tokens]).standard_normal(len(letters) + 1)

    return ScriptedModel(says, tokenizer=CharTokenizer(letters))


def all_texts(model, limit, prompt="a"):
    """Every text that ends, or has `limit` tokens, with its probability: by brute force."""
    ids = tuple(model.tokenizer.encode(prompt))
    found = {}

    def look(text, probability):
        if len(text) == limit or (text and text[-1] in model.tokenizer.eos_ids):
            found[text] = probability
            return
        row = model.read([Read(model.start(), ids + text)])[0].logits[-1]
        for token, chance in enumerate(Candidates(row).probabilities().astype(float).tolist()):
            look((*text, token), probability * chance)

    look((), 1.0)
    return found


def fits(counts, probabilities):
    """Whether counts are as probable as one in ten thousand by a chi-square test.

    Outcomes of few expected counts are put together. Both are dictionaries by outcome.
    """
    draws = sum(counts.values())
    rare = [key for key, chance in probabilities.items() if chance * draws < 8]
    pairs = [
        (counts.get(key, 0), draws * chance)
        for key, chance in probabilities.items()
        if chance * draws >= 8
    ]
    if rare:
        together = sum(probabilities[key] for key in rare) * draws
        pairs.append((sum(counts.get(key, 0) for key in rare), max(together, 1e-9)))
    statistic = sum((count - expected) ** 2 / expected for count, expected in pairs)
    freedom = len(pairs) - 1
    # Wilson and Hilferty's approximation of the quantile at 1 - 1e-4, whose normal one is 3.719.
    bound = freedom * (1 - 2 / (9 * freedom) + 3.719 * math.sqrt(2 / (9 * freedom))) ** 3
    return counts.keys() <= probabilities.keys() and statistic < bound
