"""JSON that was cut or damaged: what stands before the damage, closed so that it can be read."""

from __future__ import annotations

import json

CLOSERS = {"{": "}", "[": "]"}


def readable_json(body: bytes) -> tuple[bytes, str] | None:
    """Return the readable beginning of damaged JSON, and where it ends; None if it is whole.

    The list or object that was being written is dropped, what was complete before it stays.

    >>> readable_json(b'{"jobs": [{"id": 1}, {"id": 2, "ti')
    (b'{"jobs": [{"id": 1}]}', 'damaged from character 34 on: what follows cannot be read')
    >>> readable_json(b'[1, 2]') is None
    True
    """
    text = body.decode("utf-8", "replace")
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        at = error.pos
    except (ValueError, RecursionError):  # a number or a depth no JSON of ours has
        return None
    else:
        return None
    if error_in_string := _open_string(text, at):
        at = error_in_string
    kept = _closed(text[:at])
    if kept is None:
        return None
    return kept.encode(), f"damaged from character {at:,} on: what follows cannot be read"


def _open_string(text: str, at: int) -> int | None:
    """Return the end of the text where the damage is a string without an end."""
    return len(text) if at < len(text) and text[at] == '"' else None


def _closed(text: str) -> str | None:
    """Cut after the last complete element of a list of objects, and close what is open."""
    stack: list[str] = []
    best: tuple[int, list[str]] | None = None
    in_string = is_escaped = False
    for position, letter in enumerate(text):
        if in_string:
            in_string = is_escaped or letter != '"'
            is_escaped = letter == "\\" and not is_escaped
        elif letter == '"':
            in_string = True
        elif letter in CLOSERS:
            stack.append(letter)
        elif letter in "]}" and stack:
            stack.pop()
            # inside one list only: what is open around it is an envelope, not half a record
            if letter == "}" and stack.count("[") == 1 and stack[-1] == "[":
                best = position + 1, list(stack)
    if best is None:
        return None
    end, opened = best
    return text[:end] + "".join(CLOSERS[letter] for letter in reversed(opened))
