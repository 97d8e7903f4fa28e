"""How a single token is shown: as the text that it adds, in quotes so that its spaces are seen."""


def quoted(text: str) -> str:
    """`text` in double quotes, for a cell of a table."""
    return f'"{text}"'
