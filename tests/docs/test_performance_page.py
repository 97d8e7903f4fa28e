"""The page on performance shows what the suite measures."""

from __future__ import annotations

from playground.bench.report import TABLE
from playground.bench.suite import select


def test_every_benchmark_has_a_row_with_what_was_found(shown):
    page = (shown.root / "docs" / "performance.md").read_text(encoding="utf-8")
    table = page.partition(TABLE.begin)[2].partition(TABLE.end)[0]
    rows = [line.strip("|").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    found = {row[0].strip(): row[1].strip() for row in rows}
    missing = [b.title for b in select([]) if not found.get(b.title)]
    assert missing == [], "run: playground bench --write docs/performance.md"
