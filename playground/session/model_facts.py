"""A model's card as facts for people, by whichever front end they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.session.sizes import bytes_text

if TYPE_CHECKING:
    from playground.api import ModelCard
    from playground.engine.catalog import Located

DTYPES = ("float32", "bfloat16", "int8")


def card_facts(located: Located, card: ModelCard) -> list[tuple[str, str]]:
    """What is known of a model, a pair each; what is not known is left out."""
    options = ", ".join(f"{key}={value}" for key, value in located.options.items())
    context = "unlimited" if card.context_length is None else f"{card.context_length:,} tokens"
    facts = [
        ("name", located.name),
        ("folder", str(located.folder)),
        ("backend", f"{card.backend} ({options})" if options else card.backend),
        ("architecture", card.architecture),
        ("parameters", f"{card.parameters:,}"),
        ("layers", f"{card.layers:,}"),
        ("width", f"{card.width:,}"),
        ("heads", "" if card.heads is None else f"{card.heads:,}"),
        ("context", context),
        ("vocabulary", f"{card.vocabulary:,} tokens"),
        *((f"as {dtype}", bytes_text(card.bytes_as(dtype))) for dtype in DTYPES),
        *card.notes.items(),
    ]
    return [(what, value) for what, value in facts if value]
