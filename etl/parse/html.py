"""Readable text from a listing's HTML: blocks become lines, code and styles go."""

import re
from html import unescape

from bs4 import BeautifulSoup
from bs4.element import CData, NavigableString, Tag

_BLOCKS = {
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main",
    "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
}  # fmt: skip
_DROPPED = {"script", "style", "template", "noscript"}
_TAG = re.compile(r"<[A-Za-z/!?]")


def html_to_text(html: str) -> str:
    r"""Turn HTML into plain lines; text without tags keeps its own lines.

    >>> html_to_text("<p>Fix&nbsp;a <b>bug</b></p><ul><li>today<li>cheap &amp; fast</ul>")
    'Fix a bug\ntoday\ncheap & fast'
    >>> html_to_text("first line\n\n second   line, 1 < 2")
    'first line\nsecond line, 1 < 2'
    """
    if not _TAG.search(html):
        return _tidy(unescape(html))
    # A feed may wrap its HTML in CDATA, which lxml drops whole; it also refuses lone surrogates.
    # (Python's own parser takes minutes over 150 kB of "<a <a <a".)
    plain = html.replace("<![CDATA[", "").replace("]]>", "").encode("utf-8", "replace").decode()
    return _tidy("".join(_pieces(BeautifulSoup(plain, "lxml"))))


def _pieces(soup: BeautifulSoup) -> list[str]:
    """Walk with a stack of our own: hostile nesting must not exhaust Python's."""
    pieces: list[str] = []
    waiting: list[object] = [soup]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tag) and node.name not in _DROPPED:
            edge = ["\n"] if node.name in _BLOCKS else [" "] if node.name in ("td", "th") else []
            pieces += edge
            waiting += edge + node.contents[::-1]
        elif type(node) in (NavigableString, CData):
            pieces.append(re.sub(r"\s+", " ", str(node)))
        elif type(node) is str:
            pieces.append(node)
    return pieces


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)
