"""The plugins that README.md and the guide show are run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from playground.testing.check import check_file

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"<!-- plugin: (\w+\.py) -->\n```python\n(.*?)```", re.DOTALL)


def blocks(page: str) -> dict[str, str]:
    file = ROOT / page
    return dict(BLOCK.findall(file.read_text(encoding="utf-8"))) if file.is_file() else {}


SHOWN = [
    (page, name, source)
    for page in ("README.md", "docs/writing-a-plugin.md")
    for name, source in blocks(page).items()
]


@pytest.mark.parametrize(("page", "name", "source"), SHOWN, ids=[f"{p}:{n}" for p, n, _ in SHOWN])
def test_a_plugin_that_a_page_shows_passes_its_checks(page, name, source, tmp_path):
    file = tmp_path / name
    file.write_text(source, encoding="utf-8")
    failed = [verdict for verdict in check_file(file) if verdict.result == "failed"]
    assert failed == []


def test_the_readme_s_plugin_takes_part_in_a_generation(folder, run):
    if not (ROOT / "README.md").is_file():
        pytest.skip("there is no README.md here")
    [(name, source)] = blocks("README.md").items()
    (folder / name).write_text(source, encoding="utf-8")
    stage = name.removesuffix(".py")
    ran = run("gen", "The", "-m", "fox", "-s", f"{stage}(0.1) | sample")
    assert (ran.returncode, ran.stdout.rstrip("\n")) == (0, " fox jumps."), ran.stderr
    assert "warning" not in ran.stderr
