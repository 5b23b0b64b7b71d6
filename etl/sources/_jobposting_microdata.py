"""The microdata of a page: how much of it is read, and its items spelled as JSON-LD.

None that nests deeper than pages do is read: a recursion error inside lxml's compiled XPath leaves
its lock held, and the next page would wait for it for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

# More microdata than any page needs, whose reading takes minutes: elements in each other, items in
# each other, properties times the items around them times references to elements elsewhere.
DEEPEST_PAGE, DEEPEST_SCOPE, MOST_PROPERTIES = 200, 12, 20_000


def is_too_much(document: HtmlElement) -> bool:
    """Is there more microdata, or in deeper nests, than pages hold?"""
    depth = scopes = properties = references = 0
    for event, element in etree.iterwalk(document, events=("start", "end")):
        step = 1 if event == "start" else -1
        depth += step
        scopes += step * ("itemscope" in element.attrib)
        if depth > DEEPEST_PAGE or scopes > DEEPEST_SCOPE:
            return True
        if event == "start":
            properties += max(scopes, 1) * ("itemprop" in element.attrib)
            references += len(element.get("itemref", "").split())
    return properties * max(references, 1) > MOST_PROPERTIES


def as_node(item: Any) -> Any:
    """Return an item of microdata as JSON-LD would have it; one without properties is its text."""
    if isinstance(item, list):
        return [as_node(one) for one in item]
    if not isinstance(item, Mapping):
        return item
    if "properties" not in item and "JobPosting" not in str(item.get("type")):
        return item.get("value")
    node = {"@type": item.get("type"), "@id": item.get("id")}
    return node | {key: as_node(value) for key, value in item.get("properties", {}).items()}
