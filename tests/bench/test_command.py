"""`playground bench` as it is called."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from playground.bench import suite
from playground.bench.plan import Probe
from playground.bench.report import TABLE, target_text
from playground.bench.suite import BENCHMARKS, select
from playground.ui.cli.app import cli


@pytest.fixture
def bench(capfd):
    """Run `playground bench …`: the exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(["bench", *arguments])
        return int(ended.value.code or 0), *capfd.readouterr()

    return run


def test_the_list_names_every_benchmark_and_its_target(bench):
    code, out, _ = bench("--list")
    assert code == 0
    lines = out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [b.name for b in select([])]
    targets = [target_text(b.target, b.unit) for b in select([])]
    assert all(line.rstrip().endswith(told) for line, told in zip(lines, targets, strict=True))


def test_an_unknown_name_is_a_usage_error_with_a_near_one(bench):
    code, out, err = bench("strat-up")
    assert (code, out) == (2, "")
    assert "no benchmark 'strat-up'" in err
    assert "startup" in err


def test_a_run_measures_shows_and_writes(bench, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"# Speed\n{TABLE.begin}\n{TABLE.end}\n")
    code, out, err = bench("startup-help", "--rounds", "2", "--threads", "1", "--write", str(page))
    assert code == 0
    assert "playground --help against python -c 'import click'" in out
    assert "1 threads" in out
    assert out.strip() in page.read_text()
    assert "× its time" in err  # told as it goes


def test_json_is_the_report_alone(bench):
    code, out, _ = bench("startup-help", "--rounds", "1", "--json")
    assert code == 0
    report = json.loads(out)
    (outcome,) = report["outcomes"]
    assert outcome["name"] == "startup-help"
    assert [len(m["seconds"]) for m in outcome["measurements"]] == [1, 1]
    assert report["bandwidth"]["median"] > 0


def test_a_page_that_cannot_take_the_table_is_refused_before_anything_is_measured(bench, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Speed\n")
    code, out, err = bench("--write", str(page))
    assert (code, out) == (2, "")
    assert "no place for the table" in err


def test_what_cannot_be_measured_makes_the_command_fail(bench, monkeypatch):
    broken = Probe(label="broken", engine="playground.bench.startup:Nobody", measure="start")
    monkeypatch.setattr(suite, "BENCHMARKS", (replace(BENCHMARKS[-1], ours=broken),))
    code, out, _ = bench("--rounds", "1")
    assert code == 1
    assert "has no attribute 'Nobody'" in out
