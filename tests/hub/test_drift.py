"""`playground models show FOLDER --compare-dtypes` measures what smaller number types cost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner

from playground.ui.cli.app import cli


def test_every_number_type_is_compared_with_float32(family_folder: Callable[[str], Path]) -> None:
    words = ["models", "show", str(family_folder("llama")), "--compare-dtypes"]
    shown = json.loads(CliRunner().invoke(cli, [*words, "--json"]).stdout)
    drifts = {drift.pop("dtype"): drift for drift in shown["drift"]}
    assert shown["drift_tokens"] == 64
    assert drifts["float32"]["divergence"] == 0
    for dtype in ("bfloat16", "float16", "int8"):
        assert 0 < drifts[dtype]["divergence"] < 0.01
        assert 0 < drifts[dtype]["largest"] < 0.5
    assert "Drift from float32 over 64 tokens" in CliRunner().invoke(cli, words).stdout
