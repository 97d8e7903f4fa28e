"""Keys of the comparison, of inspecting, and of what is to be read."""

from __future__ import annotations

from playground.ui.tui.key import Key

KEYS = (
    Key("compare.run", "ctrl+g,g", "run", "run", line="/compare", shown=True),
    Key(
        "compare.again",
        "r,ctrl+r",
        "another seed",
        "again",
        summary="Again, with another seed for all rows that have none of their own.",
        shown=True,
    ),
    Key(
        "compare.keep",
        "k",
        "keep",
        "keep",
        summary="Go on with the chosen text: it becomes the document.",
        shown=True,
    ),
    Key("compare.add", "a", "add", "add", summary="A row like this one, typed on.", shown=True),
    Key(
        "compare.change",
        "e",
        "change",
        "change",
        summary="Type the row anew; enter does, too.",
        shown=True,
    ),
    Key("compare.remove", "x,delete", "remove", "remove", summary="Take the row out.", shown=True),
    Key("columns.left", "left", "", "choose(-1)", summary="The text to the left."),
    Key("columns.right", "right", "", "choose(1)", summary="The text to the right."),
    Key("columns.up", "up", "", "scroll_up", summary="Up."),
    Key("columns.down", "down", "", "scroll_down", summary="Down."),
    Key("columns.page-up", "pageup", "", "page_up", summary="A page up."),
    Key("columns.page-down", "pagedown", "", "page_down", summary="A page down."),
    Key("columns.keep", "enter", "keep", "screen.keep", summary="As k.", shown=True),
    Key(
        "inspect.next",
        "right_square_bracket",
        "next",
        "turn(1)",
        summary="The next inspector.",
        shown=True,
    ),
    Key(
        "inspect.previous",
        "left_square_bracket",
        "",
        "turn(-1)",
        summary="The inspector before.",
    ),
    Key(
        "inspect.type",
        "e",
        "type",
        "type",
        line="/inspect",
        summary="Type a text to look at instead of the document.",
        shown=True,
    ),
    Key(
        "inspect.models",
        "m",
        "models",
        "models",
        summary="Name models whose tokens are looked at.",
        shown=True,
    ),
    Key(
        "inspect.document",
        "d",
        "document",
        "document",
        summary="Look at the document again, with the chosen model.",
        shown=True,
    ),
    Key("looked.left", "left", "", "look(-1)", summary="The token before."),
    Key("looked.right", "right", "", "look(1)", summary="The next token."),
    Key("looked.up", "up", "", "look_by_row(-1)", summary="A token of the row above, or scroll."),
    Key(
        "looked.down", "down", "", "look_by_row(1)", summary="A token of the row below, or scroll."
    ),
    Key("pager.up", "up", "", "scroll_up", summary="Up."),
    Key("pager.down", "down", "", "scroll_down", summary="Down."),
    Key("pager.page-up", "pageup", "", "page_up", summary="A page up."),
    Key("pager.page-down", "pagedown,space", "", "page_down", summary="A page down."),
    Key("pager.close", "q,enter", "close", "app.stop", summary="Close it.", shown=True),
)
