"""The items of a list in a YAML file, one after the other: no objects made, nothing expanded.

Every scalar stays text (`!!binary` becomes bytes), whatever its tag. An alias is the value it
names, not a copy, so a file of aliases to aliases stays as small as it is.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamStartEvent,
)

MOST_NESTED = 64
BINARY = ("tag:yaml.org,2002:binary", "!binary")
NOTHING = ("", "~", "null", "Null", "NULL")
DAMAGED = "damaged: "  # how the sentence begins that stands for what could not be read


def yaml_items(body: bytes, lists: tuple[str, ...]) -> Iterator[Any]:
    """Yield the items of the top-level lists of these names; at damage a sentence, and no more."""
    reading = _Reading(body)
    try:
        yield from reading.items(lists)
    except (yaml.YAMLError, ValueError) as error:
        problem = getattr(error, "problem", None) or str(error)
        yield f"{DAMAGED}{problem[:120]}"


class _Reading:
    """One pass over the events of a file; anchors are values by name."""

    def __init__(self, body: bytes):
        self._events = yaml.parse(body, Loader=yaml.CSafeLoader)
        self._anchors: dict[str, Any] = {}

    def items(self, lists: tuple[str, ...]) -> Iterator[Any]:
        event = self._next()
        while isinstance(event, (StreamStartEvent, DocumentStartEvent)):
            event = self._next()
        if not isinstance(event, MappingStartEvent):
            raise ValueError("no mapping at the top")
        while not isinstance(event := self._next(), MappingEndEvent):
            is_wanted = self._value(event, 1) in lists
            event = self._next()
            if is_wanted and isinstance(event, SequenceStartEvent):
                while not isinstance(event := self._next(), SequenceEndEvent):
                    yield self._value(event, 1)
            else:
                self._value(event, 1)

    def _next(self) -> Event:
        event = next(self._events, None)
        if event is None:
            raise ValueError("it ends too early")
        return event

    def _value(self, event: Event, depth: int) -> Any:
        if depth > MOST_NESTED:
            raise ValueError(f"nested more than {MOST_NESTED} deep")
        if isinstance(event, AliasEvent):
            return self._anchors.get(event.anchor)
        if isinstance(event, ScalarEvent):
            value = _scalar(event)
        elif isinstance(event, SequenceStartEvent):
            value = []
            self._keep(event, value)
            while not isinstance(inner := self._next(), SequenceEndEvent):
                value.append(self._value(inner, depth + 1))
        else:
            value = self._mapping(event, depth)
        self._keep(event, value)
        return value

    def _mapping(self, start: Event, depth: int) -> dict[str, Any]:
        value: dict[str, Any] = {}
        self._keep(start, value)
        while not isinstance(event := self._next(), MappingEndEvent):
            key = self._value(event, depth + 1)
            inner = self._value(self._next(), depth + 1)
            if isinstance(key, str):
                value[key] = inner
        return value

    def _keep(self, event: Event, value: Any) -> None:
        if event.anchor is not None:
            self._anchors[event.anchor] = value


def _scalar(event: ScalarEvent) -> str | bytes | None:
    if event.tag in BINARY:
        try:
            return base64.b64decode(event.value)
        except (binascii.Error, ValueError):
            return event.value
    is_plain = event.implicit[0]
    return None if is_plain and event.value in NOTHING else event.value
