"""How a model's card looks, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playground.session.model_facts import DTYPES, card_facts
from playground.ui.cli.common import print_table, write_line

if TYPE_CHECKING:
    from playground.api import ModelCard
    from playground.engine.catalog import Located


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
    print_table(("what", "value"), card_facts(located, card))
    if card.modules:
        write_line()
        rows = [
            (module, f"{count:,}", f"{100 * count / card.parameters:.1f} %")
            for module, count in card.modules.items()
        ]
        print_table(("module", "parameters", "share"), rows, right=("parameters", "share"))
