"""Every key of the app, once. A key that runs an action of the action table says what that action says."""

from __future__ import annotations

from playground.ui.tui.key_table import everywhere, lists, looking, writing

PLACES = {
    "app": "Everywhere",
    "document": "In the document, when it is read",
    "chain": "In the chain",
    "template": "In the template",
    "tree": "On the tree",
    "models": "On the models",
    "templates": "On the templates",
    "plugins": "On the plugins",
    "train": "On the trainings",
    "compare": "On the comparison",
    "columns": "In its texts",
    "inspect": "When the text is inspected",
    "looked": "In the text that is inspected",
    "pager": "In a list or an answer",
    "failure": "Where something failed",
}
"""Where a key holds, and how the help calls it."""

KEYS = (*everywhere.KEYS, *writing.KEYS, *lists.KEYS, *looking.KEYS)
