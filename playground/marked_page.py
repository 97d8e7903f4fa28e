"""Pages of which a command writes what stands between two markers, and people the rest."""

from __future__ import annotations

from pathlib import Path

import msgspec

from playground.api.errors import InvalidInput


class Marked(msgspec.Struct, frozen=True):
    """The lines `begin` and `end`, and what stands between them, for people."""

    begin: str
    end: str
    what: str

    def write_into(self, page: Path, text: str) -> None:
        """Put `text` between the markers of `page`. Raises InvalidInput where it has none."""
        before, after = self.around(page)
        page.write_text(f"{before}{self.begin}\n\n{text}\n{self.end}{after}", encoding="utf-8")

    def around(self, page: Path) -> tuple[str, str]:
        """What stands before and after the markers of `page`. Raises InvalidInput where it has none."""
        try:
            content = page.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(f"cannot read {page}: {error}") from None
        before, begin, rest = content.partition(self.begin)
        _, end, after = rest.partition(self.end)
        if not (begin and end):
            raise InvalidInput(
                f"{page} has no place for the {self.what}",
                f"add the lines {self.begin} and {self.end} where it belongs",
            )
        return before, after
