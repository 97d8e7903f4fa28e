"""`playground models show NAME --compare-dtypes`: what a smaller number type costs, on a fixed text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.ui.cli.common import print_table, write_line

if TYPE_CHECKING:
    from playground.api import Drift
    from playground.api.results import Comparison

# Only characters that the bundled char-RNN knows too.
TEXT = """To be, or not to be, that is the question:
Whether 'tis nobler in the mind to suffer
The slings and arrows of outrageous fortune,
Or to take arms against a sea of troubles
And by opposing end them. To die, to sleep;
No more; and by a sleep to say we end
The heart-ache and the thousand natural shocks
That flesh is heir to: 'tis a consummation
Devoutly to be wish'd."""


def print_drifts(found: Comparison) -> None:
    """A row for each number type, or why it is refused."""
    write_line(f"Drift from float32 over {found.tokens} tokens of Hamlet:")
    write_line()
    columns = ("type", "KL divergence, nats", "same best token", "largest difference of a logit")
    rows = [_row(drift) for drift in found.drifts if not drift.refused]
    print_table(columns, rows, right=columns[1:])
    for drift in found.drifts:
        if drift.refused:
            write_line(f"{drift.dtype}: {drift.refused}")


def _row(drift: Drift) -> tuple[str, str, str, str]:
    agreement = f"{100 * (drift.agreement or 0):.1f} %"
    return drift.dtype, f"{drift.divergence:.2e}", agreement, f"{drift.largest:.2e}"
