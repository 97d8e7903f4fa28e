"""The table is for people, the JSON for machines; both come from one report."""

from __future__ import annotations

import msgspec
import pytest

from playground.api import InvalidInput
from playground.bench.plan import Target
from playground.bench.report import (
    TABLE,
    Bandwidth,
    Machine,
    Measurement,
    Outcome,
    Report,
    amount,
    table,
    to_markdown,
)


def outcome(**changes) -> Outcome:
    values = {
        "name": "decode-int8",
        "title": "decoding, int8",
        "unit": "tokens/s",
        "ours": "int8",
        "against": "transformers",
        "measurements": (
            Measurement(label="int8", seconds=(0.0125,), median=0.0125),
            Measurement(label="transformers", seconds=(0.05,), median=0.05),
        ),
        "ratio": 4.0,
        "target": Target("faster", 3.5),
        "met": True,
    }
    return Outcome(**(values | changes))


def report(*outcomes: Outcome) -> Report:
    machine = Machine(
        processor="Abacus 9",
        cores=2,
        threads=2,
        system="Linux",
        python="3.11",
        libraries={"torch": "2"},
    )
    return Report(
        machine=machine, bandwidth=Bandwidth(30.0, 20.0, 33.0), rounds=None, outcomes=outcomes
    )


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_row_says_both_speeds_the_ratio_the_target_and_whether_it_is_met():
    row = table([outcome()]).splitlines()[2]
    assert cells(row) == [
        "decoding, int8", "80.0 tokens/s (int8)", "20.0 tokens/s (transformers)", "4.00 ×",
        "at least 3.5 ×", "met",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "last_three"),
    [
        ({"met": False, "ratio": 3.0}, ["3.00 ×", "at least 3.5 ×", "not met"]),
        ({"target": Target("slower", 3), "ratio": 0.5}, ["2.00 × its time", "at most 3 ×", "met"]),
        (
            {"target": Target("seconds", 1e-6), "unit": "µs"},
            ["4.00 ×", "at most 1.00 µs", "met"],
        ),
        ({"target": None, "met": None}, ["4.00 ×", "", ""]),
    ],
)
def test_a_target_reads_in_the_direction_in_which_it_is_put(changes, last_three):
    assert cells(table([outcome(**changes)]).splitlines()[2])[-3:] == last_three


def test_columns_stand_under_each_other():
    lines = table([outcome(), outcome(title="a much longer title than the other one")]).splitlines()
    assert len({len(line) for line in lines}) == 1


def test_every_peer_has_a_row_in_the_order_in_which_they_were_asked():
    peers = tuple(
        Measurement(label=label, seconds=(s,), median=s)
        for label, s in (("zeta", 0.01), ("alpha", 0.025))
    )
    rows = table([outcome(measurements=outcome().measurements + peers)]).splitlines()[3:]
    assert [cells(row)[2:4] for row in rows] == [
        ["100 tokens/s (zeta)", "0.80 ×"],
        ["40.0 tokens/s (alpha)", "2.00 ×"],
    ]


def test_what_could_not_be_measured_is_in_the_table_and_explained_below_it():
    failed = outcome(measurements=(), ratio=None, met=None, error="no such model")
    text = to_markdown(report(failed))
    assert cells(text.splitlines()[6])[-1] == "failed"
    assert "- decode-int8 could not be measured: no such model" in text


def test_an_absent_peer_is_named_once():
    text = to_markdown(report(*[outcome(absent=("llama.cpp: not installed",))] * 2))
    assert text.count("llama.cpp: not installed") == 1


def test_the_machine_and_its_bandwidth_stand_above_the_table():
    text = to_markdown(report(outcome()))
    assert "Abacus 9, 2 cores, 2 threads" in text
    assert "30.0 GB/s (20.0 to 33.0)" in text


def test_json_holds_everything_that_was_measured():
    found = report(outcome())
    assert msgspec.json.decode(msgspec.json.encode(found), type=Report) == found


@pytest.mark.parametrize(
    ("seconds", "unit", "text"),
    [
        (0.00005, "tokens/s", "20,000 tokens/s"),
        (0.0123, "ms", "12.3 ms"),
        (0.00000123, "µs", "1.23 µs"),
    ],
)
def test_amounts_have_three_digits(seconds, unit, text):
    assert amount(seconds, unit) == text


def test_the_table_goes_between_the_markers_of_a_page_and_replaces_the_one_before(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"# Speed\n\n{TABLE.begin}\nold\n{TABLE.end}\n\nMore.\n")
    TABLE.write_into(page, "new\n")
    TABLE.write_into(page, "newer\n")
    assert page.read_text() == f"# Speed\n\n{TABLE.begin}\n\nnewer\n\n{TABLE.end}\n\nMore.\n"


@pytest.mark.parametrize(
    "content", ["# Speed\n", f"{TABLE.end}\n{TABLE.begin}\n", f"{TABLE.begin}\n"]
)
def test_a_page_without_markers_is_left_as_it_is(tmp_path, content):
    page = tmp_path / "page.md"
    page.write_text(content)
    with pytest.raises(InvalidInput, match="no place for the table"):
        TABLE.write_into(page, "new")
    assert page.read_text() == content


def test_several_rounds_show_the_range_beside_the_median():
    found = outcome(
        measurements=(
            Measurement(label="int8", seconds=(0.0125, 0.01, 0.02), median=0.0125),
            Measurement(label="transformers", seconds=(0.05,), median=0.05),
        )
    )
    row = cells(table([found]).splitlines()[2])
    assert row[1:3] == ["80.0 tokens/s (int8, 50.0 to 100)", "20.0 tokens/s (transformers)"]


def test_notes_stand_below_the_table():
    text = to_markdown(msgspec.structs.replace(report(outcome()), notes=("gpt2: random weights",)))
    assert text.splitlines()[-1] == "- gpt2: random weights"
