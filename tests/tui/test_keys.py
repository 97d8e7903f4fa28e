"""Keys and themes that the configuration gets wrong."""

from __future__ import annotations

import pytest

from playground.api.errors import InvalidInput
from playground.ui.tui import themes
from playground.ui.tui.keys import key_of, keymap


def test_a_key_that_there_is_not_is_an_error_with_the_nearest_name():
    with pytest.raises(InvalidInput, match=r"there is no key 'app.generat'") as found:
        keymap({"app.generat": "f12"})
    assert "app.generate" in found.value.hint


def test_a_name_needs_a_key():
    with pytest.raises(InvalidInput, match="needs a key"):
        keymap({"app.generate": " "})


def test_keys_are_read_as_signs():
    assert key_of("document.previous", {}) == "["
    assert key_of("app.stop", {}) == "esc"
    assert key_of("app.stop", {"app.stop": "ctrl+x"}) == "ctrl+x"


def test_a_theme_that_there_is_not_is_an_error():
    assert themes.chosen("", ["dusk"]) == "dusk"
    with pytest.raises(InvalidInput, match="there is no theme 'dsk'") as found:
        themes.chosen("dsk", ["dusk", "paper"])
    assert "dusk" in found.value.hint
