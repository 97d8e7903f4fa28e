"""What a decode reads from a text's beginning, as a second prompt, begins after what is known of it.

So neither a strategy's other prompt nor its other model reads again what it read for the request before; a
strategy asks as if nothing were known.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

from msgspec.structs import replace

from playground.api.decoding import ReadAll
from playground.api.model import LanguageModel, Need, Read, Reading
from playground.engine.prefix import PrefixCache

Reads = Generator[ReadAll, list[Reading], list[Reading]]


def read_from_known(
    prefixes: PrefixCache, model: LanguageModel, reads: Sequence[Read], named: LanguageModel | None
) -> Reads:
    """A reading by `model` for each read; `named` is how the effect names it."""
    known = [_known(prefixes, model, read) if _begins(read) else read for read in reads]
    unread = tuple(read for read in known if isinstance(read, Read))
    answers = iter((yield ReadAll(unread, named)) if unread else ())
    readings = [next(answers) if isinstance(each, Read) else each for each in known]
    for read, before, reading in zip(reads, known, readings, strict=True):
        if before is not read and before is not reading:  # it began a text, and was read
            prefixes.keep(model, tuple(read.tokens), reading)
    return readings


def _begins(read: Read) -> bool:
    """Whether it reads a text from its beginning, and wants of it what is kept."""
    return not read.state.length and read.need == Need.LOGITS and read.logits_to_keep == 1


def _known(prefixes: PrefixCache, model: LanguageModel, read: Read) -> Read | Reading:
    """What is left to be read, or the reading where that is nothing."""
    ids = tuple(read.tokens)
    known = prefixes.find(model, ids)
    if known.logits is not None and known.state.length == len(ids):
        return Reading(known.logits, known.state)
    return replace(read, state=known.state, tokens=ids[known.state.length :])
