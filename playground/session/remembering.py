"""Asking whether texts were memorised: the plugin that can tell, and its report as outputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playground.api.errors import InvalidInput
from playground.api.outputs import Note, Output, Passage, Piece, Table
from playground.paths import cache_folder

if TYPE_CHECKING:
    from playground.api.memory import Against, MemoryFigures, MemoryReport, Tell
    from playground.plugins import Plugins
    from playground.session.comparison import SideBySide

SHOWN = 60
"""Characters of a text that a cell quotes."""


def check(
    plugins: Plugins, texts: Sequence[str], cues: Sequence[str], against: Against, tell: Tell
) -> list[MemoryReport]:
    """A report a text, by the first plugin that can tell. Raises InvalidInput where none can."""
    for way in plugins.memory_checks.values():
        module, _, attribute = way.path.partition(":")
        function = getattr(import_module(module), attribute)
        found: list[MemoryReport] = function(texts, cues, against, cache_folder(), tell)
        return found
    raise InvalidInput("no plugin can tell what was memorised", "playground plugins list")


def against_of(words: Sequence[str]) -> Against:
    """`FILE… [column=NAME] [format=KIND] [held-out=FILE]`. Raises InvalidInput."""
    from playground.api.memory import FORMATS, Against

    files: list[Path] = []
    options: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            files.append(Path(word).expanduser())
        elif name == "held-out":
            options["held_out"] = Path(value).expanduser()
        elif name in ("column", "format"):
            options[name] = value
        else:
            raise InvalidInput(f"{name!r} is no option of a check", "column, format or held-out")
    if not files:
        raise InvalidInput("there is no data to check against", "name one or more files")
    if options.get("format", "auto") not in FORMATS:
        raise InvalidInput(f"there is no format {options['format']!r}", ", ".join(FORMATS))
    return Against(files=tuple(files), **options)


def shown(text: str, report: MemoryReport) -> Iterator[Output]:
    """The text with what stands in the data underlined, and its figures beside human ones."""
    yield Passage(tuple(_pieces(text, report.text.spans)))
    for line in report.notes:
        yield Note(line, "notice")
    yield Table(
        ("what", "this text", f"held out: {report.held_out_source}"),
        tuple(_rows(report.text, report.held_out)),
    )


def of_runs(
    plugins: Plugins, side: SideBySide, against: Against, cue: str, tell: Tell
) -> list[MemoryReport | None]:
    """A report for each run; None for one that has said nothing."""
    texts = [run.text for run in side.runs if run.text.strip()]
    found = iter(check(plugins, texts, [cue] * len(texts), against, tell))
    return [next(found) if run.text.strip() else None for run in side.runs]


def beside_human(report: MemoryReport | None) -> tuple[str | None, ...]:
    """The cells of a run in a comparison: each figure, and in brackets that of human text."""
    if report is None:
        return (None,) * 5
    one, human = report.text, report.held_out
    return (
        f"{one.longest:,} ({human.longest:,} held out)",
        f"{one.token_run:,} ({human.token_run:,})",
        f"{share(one.ngram_share)} ({share(human.ngram_share)})",
        f"{one.same_cue:,} ({human.same_cue:,})",
        one.source,
    )


def _pieces(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    place = 0
    for start, end in spans:
        yield Piece(text[place:start])
        yield Piece(text[start:end], "underlined")
        place = end
    yield Piece(text[place:])


def _rows(one: MemoryFigures, human: MemoryFigures) -> Iterator[tuple[Any, ...]]:
    def row(what: str, told: Any) -> tuple[Any, ...]:
        return (what, told(one), told(human))

    yield row("characters", lambda f: f"{f.characters:,}")
    yield row("longest common substring", lambda f: f"{f.longest:,} characters")
    yield row("it reads", lambda f: _quoted(f.longest_text))
    yield row("it stands in", lambda f: f.source)
    yield row("in the line", lambda f: _quoted(f.line))
    yield row("longest token run", lambda f: f"{f.token_run:,} tokens")
    yield row("8-grams found", lambda f: share(f.ngram_share))
    yield row("verbatim", lambda f: f"{sum(end - start for start, end in f.spans):,} characters")
    yield row("items with the same cue", lambda f: f"{f.same_cue:,}")
    yield row("nearest example", lambda f: _quoted(f.nearest))
    yield row("it stands in", lambda f: f.nearest_source)
    yield row("its BM25 score", lambda f: f"{f.nearest_score:.2f}")


def share(value: float | None) -> str:
    """A share of 8-grams; a text that is too short has none."""
    return "too short" if value is None else f"{value:.1%}"


def _quoted(text: str) -> str:
    cut = text[:SHOWN] + "…" * (len(text) > SHOWN)
    return f'"{cut}"' if text else ""
