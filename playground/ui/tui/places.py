"""Where the user is, as the keys and the help call it; and the lines that have a screen or a key."""

from __future__ import annotations

from playground.ui.tui.screens.compare import CompareScreen
from playground.ui.tui.screens.inspect import InspectScreen
from playground.ui.tui.screens.models import ModelsScreen
from playground.ui.tui.screens.plugins import PluginsScreen
from playground.ui.tui.screens.templates import TemplatesScreen
from playground.ui.tui.screens.train import TrainScreen
from playground.ui.tui.screens.tree import TreeScreen
from playground.ui.tui.widgets.beside import Beside
from playground.ui.tui.widgets.chain_panel import ChainPanel
from playground.ui.tui.widgets.looked_at import LookedAt
from playground.ui.tui.widgets.pager import Pager
from playground.ui.tui.widgets.template_panel import TemplatePanel
from playground.ui.tui.widgets.transcript import Transcript

PLACE_OF = {
    LookedAt: "looked",
    Transcript: "document",
    Beside: "columns",
    ChainPanel: "chain",
    TemplatePanel: "template",
    TreeScreen: "tree",
    ModelsScreen: "models",
    TemplatesScreen: "templates",
    PluginsScreen: "plugins",
    TrainScreen: "train",
    CompareScreen: "compare",
    InspectScreen: "inspect",
    Pager: "pager",
}


def place_of(*parts: object) -> str:
    """Where the user is, by the first of the parts that is a place of its own."""
    for part in parts:
        for kind, place in PLACE_OF.items():
            if isinstance(part, kind):
                return place
    return "app"


HERE = {
    "/compare": "go('compare')",
    "/edit": "edit",
    "/help": "help",
    "/inspect": "go('inspect')",
    "/log": "go('log')",
    "/models": "go('models')",
    "/more": "generate",
    "/new": "new",
    "/plugins": "go('plugins')",
    "/quit": "leave",
    "/retry": "retry",
    "/train": "go('train')",
    "/tree": "go('tree')",
}
"""Lines for which there is a screen or a key, and its action."""
