"""Keys at random, and every screen in terminals that have room for next to nothing."""

from __future__ import annotations

import random

import pytest
from textual.command import CommandPalette

from playground.ui.tui.key_table import KEYS

SEED = 6
PRESSED = 600
LAP = 150
"""Keys until the app is opened again, which goes on where it was."""
RESIZED = 50
"""Keys between two changes of the terminal's size."""
PLACES = {
    "f2": "WriteScreen",
    "f3": "TreeScreen",
    "f4": "ModelsScreen",
    "f5": "LogScreen",
    "f10": "TemplatesScreen",
    "f11": "PluginsScreen",
    "f12": "CompareScreen",
    "ctrl+s": "InspectScreen",
    "ctrl+l": "TrainScreen",
}
"""Where keys lead that hold everywhere."""
GOES = 0.1
"""How often the monkey presses one of them."""
KEYBOARD = [
    *(name for key in KEYS for name in key.key.split(",") if key.id != "app.quit"),
    *("tab", "shift+tab", "enter", "escape", "home", "end", "backspace", "ctrl+z", "é", "🐺", "中"),
]
NARROW = ((1, 1), (4, 10), (9, 2), (30, 1))


async def test_random_keys_end_nothing_and_come_to_every_screen(tale, monkeypatch):
    """A monkey with a seed: whatever it presses, the app answers and keeps what is in the tree."""
    monkeypatch.setenv("PLAYGROUND_OFFLINE", "1")
    monkey = random.Random(SEED)
    pressed = 0
    seen: set[str] = set()
    while pressed < PRESSED:
        async with tale(max_tokens=5) as hands:
            await hands.type("Once")
            await hands.press("ctrl+g")
            for step in range(LAP):
                key = monkey.choice(list(PLACES) if monkey.random() < GOES else KEYBOARD)
                await hands.pilot.press(key)
                pressed += 1
                if hands.left:
                    break
                seen.add(type(hands.app.screen).__name__)
                if step % RESIZED == 0:
                    size = monkey.randint(1, 140), monkey.randint(1, 50)
                    await hands.pilot.resize_terminal(*size)
            else:
                await hands.pilot.resize_terminal(120, 40)
                await hands.go_home()
                assert not hands.write.reading or hands.shown == hands.bench.text
            assert hands.bench.keeper.saved
            history = hands.bench.keeper.history
            kept = [node.text for s in history.sessions() for node in history.tree(s.id)]
            assert "Once" in kept
    assert set(PLACES.values()) <= seen


@pytest.mark.parametrize("key", [*PLACES, "f1", "ctrl+o", "ctrl+p"])
async def test_every_screen_outlives_a_terminal_without_room_and_escape_leaves_it(tale, key):
    async with tale() as hands:
        await hands.type("Once")
        await hands.press("ctrl+g", key)
        for size in (*NARROW, (120, 40)):
            await hands.pilot.resize_terminal(*size)
            await hands.settle()
            assert hands.app.size == size
        await hands.go_home()


async def test_the_palette_is_opened_and_left_where_there_is_no_room_for_it(tale):
    async with tale(size=(4, 20)) as hands:
        await hands.press("f12", "ctrl+p", *"tree")
        assert isinstance(hands.app.screen, CommandPalette)
        await hands.press("enter")
        assert type(hands.app.screen).__name__ == "TreeScreen"
        await hands.press("ctrl+p", "escape")
        assert type(hands.app.screen).__name__ == "TreeScreen"
