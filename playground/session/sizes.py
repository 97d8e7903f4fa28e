"""Amounts of bytes for people."""

UNITS = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def bytes_text(count: int) -> str:
    """`497.8 MB`: three or four digits and a unit of powers of 1,000."""
    for size, unit in UNITS:
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"
