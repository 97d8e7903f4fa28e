"""How a model's card looks, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playground.session.sizes import bytes_text
from playground.ui.cli.common import print_table, write_line

if TYPE_CHECKING:
    from playground.api import ModelCard
    from playground.engine.catalog import Located

DTYPES = ("float32", "bfloat16", "int8")


def card_json(located: Located, card: ModelCard) -> dict[str, Any]:
    """The card's own fields, and beside them where it lies and its bytes in memory."""
    import msgspec

    return {
        "name": located.name,
        "folder": str(located.folder),
        "options": located.options,
        **msgspec.to_builtins(card),
        "bytes": {dtype: card.bytes_as(dtype) for dtype in DTYPES},
    }


def print_card(located: Located, card: ModelCard) -> None:
    """Facts, then parameters by module."""
    print_table(("what", "value"), _facts(located, card))
    if card.modules:
        write_line()
        rows = [
            (module, f"{count:,}", f"{100 * count / card.parameters:.1f} %")
            for module, count in card.modules.items()
        ]
        print_table(("module", "parameters", "share"), rows, right=("parameters", "share"))


def _facts(located: Located, card: ModelCard) -> list[tuple[str, str]]:
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
