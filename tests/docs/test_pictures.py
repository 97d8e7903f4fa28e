"""The pictures of the documentation: every screen of the app has one, and none tells where it was drawn."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from playground.ui.tui.key_table import KEYS

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
GOES = re.compile(r"app\.go\('(\w+)'\)")
UNDRAWN = {"log"}
"""Screens whose picture would be the machine's own words."""
WHOLE_PATH = re.compile(r"(?<![\w~.&;])/(?:home|root|tmp|Users|work|usr|var)\b")


def test_every_screen_has_a_picture():
    screens = {found[1] for key in KEYS if (found := GOES.fullmatch(key.action))}
    drawn = {file.stem.removeprefix("app-") for file in PICTURES.glob("app-*.svg")}
    assert screens - UNDRAWN <= drawn


@pytest.mark.parametrize("file", sorted(PICTURES.glob("*.svg")), ids=lambda file: file.stem)
def test_no_picture_tells_a_path_of_the_machine(file):
    assert not WHOLE_PATH.findall(file.read_text(encoding="utf-8"))
