"""What sites and exports write when they mean nothing."""

_BLANKS = {"", "-", "–", "—", "na", "n/a", "null", "none"}


def filled(text: str | int | None) -> str | None:
    """Return the cell with single spaces, or None when it stands for nothing.

    >>> filled("  5   to 10 "), filled("NA"), filled(None)
    ('5 to 10', None, None)
    """
    cell = " ".join(str("" if text is None else text).split())
    return None if cell.lower() in _BLANKS else cell
