"""robots.txt of a host, as RFC 9309 reads it (protego): which addresses, and how slowly."""

from __future__ import annotations

from protego import Protego

AGENT = "freelance-market-observatory"
READ_BYTES = 500 << 10  # RFC 9309 2.5: what a crawler must read at least; more is not read


class Robots:
    """One host's rules; a host without robots.txt allows everything."""

    def __init__(self, body: bytes = b""):
        text = body[:READ_BYTES].decode("utf-8-sig", "replace")  # a BOM is no part of line 1
        self._rules = Protego.parse(text)

    def allows(self, url: str) -> bool:
        """May we ask for this address?"""
        return self._rules.can_fetch(url, AGENT)

    @property
    def seconds_between(self) -> float:
        """The pace the host asks for, seconds between two requests; 0 without one."""
        delay = self._rules.crawl_delay(AGENT) or 0.0
        rate = self._rules.request_rate(AGENT)
        return max(float(delay), rate.seconds / rate.requests if rate and rate.requests else 0.0)
