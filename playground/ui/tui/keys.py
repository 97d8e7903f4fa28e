"""Every key of the app, once: its name in the configuration, where it holds, and which action it is.

Bindings, the page of help and the footer are made of this table. A key that runs an action of the action table
says what that action says. `[keys]` in config.toml gives a key by its name to somebody else's fingers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.binding import Binding

from playground.api.errors import InvalidInput
from playground.registry import did_you_mean
from playground.session.actions.table import BUILT_IN

PLACES = {
    "app": "Everywhere",
    "document": "In the document, when it is read",
    "chain": "In the chain",
    "template": "In the template",
    "tree": "On the tree",
    "models": "On the models",
    "pager": "In a list or an answer",
}
"""Where a key holds, and how the help calls it."""


@dataclass(frozen=True)
class Key:
    """One binding. `line` is what it runs as if it had been typed; else `action` is a method's name."""

    id: str
    key: str
    label: str
    """For the footer, where it is shown."""
    action: str = ""
    line: str | None = None
    summary: str = ""
    shown: bool = False

    @property
    def place(self) -> str:
        return self.id.partition(".")[0]

    @property
    def about(self) -> str:
        """What it does, in a sentence."""
        if self.summary or self.line is None:
            return self.summary
        return BUILT_IN[self.command].summary

    @property
    def command(self) -> str:
        """The action of the action table that it runs; empty where it is one of the screen alone."""
        if self.line is None:
            return ""
        return self.line.removeprefix("/").partition(" ")[0] or "more"

    @property
    def binding(self) -> Binding:
        action = self.action or f"app.run_line({self.line!r})"
        return Binding(
            self.key, action, self.label, show=self.shown, id=self.id, tooltip=self.about
        )


KEYS = (
    Key("app.help", "f1", "help", "app.help", summary="Explain the part in focus, and list all keys.", shown=True),
    Key("app.write", "f2", "write", "app.go('write')", summary="The document."),
    Key("app.tree", "f3", "tree", "app.go('tree')", summary="All that was written and said, as a tree.", shown=True),
    Key("app.models", "f4", "models", "app.go('models')", summary="The models there are.", shown=True),
    Key("app.log", "f5", "log", "app.go('log')", summary="What was told, and the session process's log."),
    Key("app.panel", "f6", "panel", "app.panel", summary="The next panel, where there is no room for all."),
    Key("app.view", "f7", "colours", "app.view", summary="Show probabilities as colours, underlines, numbers, or not."),
    Key("app.measure", "f8", "measure", "app.measure", summary="Measure tokens by probability or by surprisal."),
    Key("app.palette", "ctrl+p", "palette", "app.command_palette", summary="Find any action by its name.", shown=True),
    Key("app.command", "ctrl+o", "command", "app.command('/')", summary="Type a command, as at the REPL's prompt."),
    Key("app.generate", "ctrl+g", "generate", "app.generate", line="", shown=True),
    Key("app.here", "ctrl+b", "from here", "app.generate_here", summary="Go on from the cursor; what follows it stays in the tree."),
    Key("app.stop", "escape", "stop", "app.stop", summary="Stop the model; else leave what one is in."),
    Key("app.retry", "ctrl+r", "retry", line="/retry"),
    Key("app.new", "ctrl+n", "new", "app.new", line="/new"),
    Key("app.mend", "ctrl+t", "mend", "app.mend", summary="Mend what the line under the text warns of."),
    Key("app.quit", "ctrl+q", "quit", "app.leave", line="/quit", shown=True),
    Key("document.edit", "enter,e,i", "write", "edit", summary="Go on writing.", shown=True),
    Key("document.tokens", "t", "tokens", "tokens", summary="Walk among the tokens; the arrows do, too.", shown=True),
    Key("document.left", "left", "", "look(-1)", summary="The token before."),
    Key("document.right", "right", "", "look(1)", summary="The next token."),
    Key("document.up", "up", "", "look_by_row(-1)", summary="A token of the row above, or scroll."),
    Key("document.down", "down", "", "look_by_row(1)", summary="A token of the row below, or scroll."),
    Key("document.more", "g,space", "generate", line="/more"),
    Key("document.retry", "r", "retry", line="/retry", shown=True),
    Key("document.undo", "u", "undo", line="/undo"),
    Key("document.redo", "U", "redo", line="/redo"),
    Key("document.previous", "left_square_bracket", "", "app.sibling(-1)", summary="The try before, of the same place."),
    Key("document.next", "right_square_bracket", "", "app.sibling(1)", summary="The next try of the same place."),
    Key("document.why", "w", "why", "app.why", summary="Explain the token, stage by stage."),
    Key("document.copy", "c", "copy", line="/copy"),
    Key("document.view", "v", "colours", "app.view", summary="Show probabilities as colours, underlines, numbers, or not.", shown=True),
    Key("document.measure", "m", "measure", "app.measure", summary="Measure tokens by probability or by surprisal."),
    Key("document.command", "colon,slash", "command", "app.command('/')", summary="Type a command, as at the REPL's prompt."),
    Key("document.help", "question_mark", "help", "app.help", summary="Explain the part in focus, and list all keys."),
    *(Key(f"document.take-{n}", str(n), "", f"app.take({n})", summary=f"Take alternative {n} of the token, and branch.") for n in range(10)),
    Key("chain.up", "up", "", "walk(-1)", summary="The stage above."),
    Key("chain.down", "down", "", "walk(1)", summary="The stage below."),
    Key("chain.less", "left", "less", "turn(-1)", summary="Less of the stage's first number.", shown=True),
    Key("chain.greater", "right", "more", "turn(1)", summary="More of the stage's first number.", shown=True),
    Key("chain.switch", "space", "on/off", "switch", summary="Switch the stage off, or on again.", shown=True),
    Key("chain.earlier", "shift+up,K", "earlier", "move(-1)", summary="Let the stage come earlier.", shown=True),
    Key("chain.later", "shift+down,J", "later", "move(1)", summary="Let the stage come later."),
    Key("chain.type", "enter", "type", "type", summary="Type the stage anew, with completion.", shown=True),
    Key("chain.add", "a", "add", "add", summary="Add a stage, with completion.", shown=True),
    Key("chain.remove", "d,delete", "remove", "remove", summary="Take the stage out."),
    Key("template.choose", "enter", "choose", "app.command('/t ')", summary="Choose a template.", shown=True),
    Key("template.more", "right", "shots", "shots(1)", summary="One example more.", shown=True),
    Key("template.less", "left", "fewer", "shots(-1)", summary="One example less."),
    Key("template.fill", "g", "fill", "fill", summary="Write the filled template as a text of its own, and go on.", shown=True),
    Key("template.set", "p", "variable", "app.command('/p ')", summary="Fill a variable.", shown=True),
    Key("template.none", "x,delete", "none", line="/t none", shown=True),
    Key("tree.go", "enter", "go", "go", summary="Go to the node: its text becomes the document.", shown=True),
    Key("tree.diff", "d", "diff", "diff", summary="Mark a node; on a second one, compare both.", shown=True),
    Key("tree.pin", "p", "pin", "pin", summary="Mark the node to come back to, or take the mark away.", shown=True),
    Key("tree.name", "n", "name", "name", summary="Give the node a name.", shown=True),
    Key("tree.delete", "x,delete", "delete", "delete", summary="Hide the node and all below it; undo brings it back.", shown=True),
    Key("tree.undo", "u", "undo", line="/undo", shown=True),
    Key("tree.redo", "U", "redo", line="/redo"),
    Key("tree.search", "slash", "search", "app.command('/search ')", summary="Find words in all sessions.", shown=True),
    Key("tree.load", "l", "load", "app.command('/load ')", summary="Go on with an earlier session."),
    Key("models.choose", "enter", "choose", "choose", summary="Ask this model from now on.", shown=True),
    Key("models.card", "c", "card", "card", summary="What the model is.", shown=True),
    Key("models.unload", "u", "unload", "unload", summary="Let go of the model's memory.", shown=True),
    Key("models.pull", "p", "pull", "pull", summary="Download the model; once to see its size, again to begin.", shown=True),
    Key("models.cancel", "x", "cancel", "cancel", summary="Stop the download; what has come stays."),
    Key("pager.up", "up", "", "scroll_up", summary="Up."),
    Key("pager.down", "down", "", "scroll_down", summary="Down."),
    Key("pager.page-up", "pageup", "", "page_up", summary="A page up."),
    Key("pager.page-down", "pagedown,space", "", "page_down", summary="A page down."),
    Key("pager.close", "q,enter", "close", "app.stop", summary="Close it.", shown=True),
)  # fmt: skip

BY_ID = {key.id: key for key in KEYS}


def bindings(place: str) -> list[Binding]:
    """The bindings of a place, for a class to have."""
    return [key.binding for key in KEYS if key.place == place]


def keymap(chosen: Mapping[str, str]) -> dict[str, str]:
    """What the configuration says of keys, checked. Raises InvalidInput for a name that there is not."""
    for name, key in chosen.items():
        if name not in BY_ID:
            hint = did_you_mean(name, list(BY_ID)) or "F1 in the app lists their names"
            raise InvalidInput(f"there is no key {name!r} to give to {key!r}", hint)
        if not key.strip():
            raise InvalidInput(f"the key {name!r} needs a key", f'{name} = "{BY_ID[name].key}"')
    return dict(chosen)


def key_of(id_: str, chosen: Mapping[str, str]) -> str:
    """The key that a binding has now, as it is read."""
    return readable(chosen.get(id_, BY_ID[id_].key))


def readable(keys: str) -> str:
    """`ctrl+g` as it is: only names of signs are written as the signs."""
    return " ".join(SIGNS.get(key, key) for key in keys.split(","))


SIGNS = {
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "colon": ":",
    "slash": "/",
    "question_mark": "?",
    "escape": "esc",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "shift+up": "⇧↑",
    "shift+down": "⇧↓",
}
