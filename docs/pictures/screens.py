"""Draw the pictures of the app: each screen, from a session that the embedded model says with a seed.

`make screenshots` runs it; Textual turns the screen into SVG.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playground.session.workbench import Workbench

SIZE = (112, 32)
PROMPT = "ROMEO:"
REPORTS = "--warmup-steps 5 --evaluate-every 20 --report-every 5"
BEGIN = ("ctrl+o", "ctrl+u", *"/goto 1", "enter", "wait")
COMPARED = '/compare "temperature(0.8) | top_p(0.95) | sample" ; greedy ; sample seed=11'
FOLDERS = {
    "CONFIG": ".config/playground",
    "DATA": ".local/share/playground",
    "CACHE": ".cache/playground",
}
"""Below a home of its own, so that pictures show a person's paths."""
SCREENS = (
    ("app-write", ("t", *["left"] * 40)),
    ("app-tree", ("escape", "r", "wait", "f3", "wait")),
    ("app-models", ("f4", "wait")),
    ("app-train", ("ctrl+l", "wait")),
    ("app-begin-training", ("n", "wait", "down", "tab", *"my-book.txt", "tab", *"500", "wait")),
    ("app-templates", ("escape", "f10", "wait", *["down"] * 3, "wait")),
    ("app-plugins", ("f11", "wait", *["down"] * 13, "wait")),
    ("app-help", ("f2", "f1", "wait")),
    ("app-inspect", ("escape", "wait", "ctrl+s", *["left"] * 40, "wait")),
    ("app-compare", ("f2", *BEGIN, "ctrl+o", "ctrl+u", *COMPARED, "enter", "wait")),
)
"""A picture's name, and the keys that lead to it from the one before."""
NAMES = {":": "colon", "-": "minus", ".": "full_stop"}


async def draw(folder: Path) -> None:
    from playground.config import load_settings
    from playground.session.workbench import Workbench
    from playground.ui.tui.app import PlaygroundApp

    bench = Workbench(load_settings({"worker": False, "offline": True}))
    bench.choose(seed=7, max_tokens=260)
    train(bench)
    app = PlaygroundApp(bench)
    async with app.run_test(size=SIZE) as pilot:

        async def press(key: str) -> None:
            await pilot.press(NAMES.get(key, key))

        async def rest() -> None:
            await pilot.pause(0.2)
            while not app.desk.idle:
                await pilot.pause(0.1)
            await pilot.pause(0.2)

        await rest()
        for key in (*PROMPT, "ctrl+g"):
            await press(key)
        await rest()
        for name, keys in SCREENS:
            for key in keys:
                if key == "wait":
                    await rest()
                else:
                    await press(key)
            await rest()
            svg = app.export_screenshot(title="textgen-playground")
            (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
        app.desk.close(None, 5)
    bench.close()


def train(bench: Workbench) -> None:
    """A short training, to its end."""
    from playground.session.training.order import read
    from playground.session.training.runs import Following

    words = f"--vocabulary learned --steps 200 --hidden-size 64 --batch-size 4 {REPORTS}".split()
    text = str(Path(__file__).parents[2] / "README.md")
    run = bench.runs.begin(read("char-rnn", [text, *words], bench.plugins.trainers), bench.settings)
    for _ in Following(run, bench.runs):
        pass


def write_plugin(folder: Path) -> None:
    """A plugin of one's own, as it is begun."""
    folder.mkdir(parents=True)
    new = [sys.executable, "-m", "playground", "plugins", "new", "my_cut", "--kind", "processor"]
    subprocess.run(
        new, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


if __name__ == "__main__":
    os.environ.pop("NO_COLOR", None)
    with tempfile.TemporaryDirectory() as home:
        os.environ["HOME"] = home
        for kind, folder in FOLDERS.items():
            os.environ[f"PLAYGROUND_{kind}_HOME"] = f"{home}/{folder}"
        write_plugin(Path(home, FOLDERS["CONFIG"], "plugins"))
        asyncio.run(draw(Path(__file__).parent))
