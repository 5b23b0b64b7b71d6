"""Where a connection really goes: one's own mirror, a public address, or nowhere; and how long.

OBSERVATORY_MIRROR=http://host:port sends every request to <mirror>/<host>/<path> instead. Without
it nothing is sent to an address on a private network, whatever a name resolves to. An answer is
whole by its deadline, status line and headers included, or broken off: a host that sends a byte now
and then would else hold us for ever, since each byte starts the time-out anew.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable
from urllib.parse import urljoin, urlsplit

import urllib3

from etl.config import NETWORK_DECISION_SECONDS, mirror, pace
from etl.contracts import SourceUnavailable

PRIVATE = "address on a private network"
DEADLINE_SECONDS = 300.0  # for one whole answer, from when it was asked for


def deadline_seconds() -> float:
    """Return how long one answer may take."""
    return max(4.0, DEADLINE_SECONDS * pace())


def _checked(connect: Callable[..., socket.socket]) -> Callable[..., socket.socket]:
    """Wrap a connection's `_new_conn`: after the name was resolved, before a byte is sent."""

    def new_connection(self: urllib3.connection.HTTPConnection) -> socket.socket:
        found = connect(self)
        address = ipaddress.ip_address(found.getpeername()[0].split("%")[0])
        if not address.is_global and mirror() is None:
            found.close()
            raise urllib3.exceptions.NewConnectionError(self, PRIVATE)
        return found

    return new_connection


class _UntilDeadline(io.RawIOBase):
    """What a socket sends, until the deadline."""

    def __init__(self, connected: socket.socket, raw: io.RawIOBase):
        self._socket, self._raw = connected, raw
        self._patience = connected.gettimeout() or deadline_seconds()
        self._end = time.monotonic() + deadline_seconds()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer is not whole by its deadline")
        self._socket.settimeout(min(self._patience, left))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        super().close()
        self._raw.close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments, **options):
        super().__init__(sock, *arguments, **options)
        self.fp = io.BufferedReader(_UntilDeadline(sock, self.fp.detach()))


class _Http(urllib3.connection.HTTPConnection):
    _new_conn = _checked(urllib3.connection.HTTPConnection._new_conn)
    response_class = _Response


class _Https(urllib3.connection.HTTPSConnection):
    _new_conn = _checked(urllib3.connection.HTTPSConnection._new_conn)
    response_class = _Response


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Https


POOLS = {"http": _HttpPool, "https": _HttpsPool}


def mirrored(url: str) -> str:
    """Return the address a request really goes to.

    >>> import os; os.environ["OBSERVATORY_MIRROR"] = "http://127.0.0.1:9"; mirrored("https://a.org/b?c=1")
    'http://127.0.0.1:9/a.org/b?c=1'
    >>> del os.environ["OBSERVATORY_MIRROR"]
    """
    return f"{mirror()}/{url.split('://', 1)[1]}" if mirror() else url


def hosts_of(addresses: Iterable[str]) -> frozenset[str]:
    """Return the hosts of some addresses.

    >>> hosts_of(["https://Jobs.example.org/1", "no address"])
    frozenset({'jobs.example.org'})
    """
    return frozenset(host for address in addresses if (host := host_of(address)))


def host_of(address: str) -> str:
    """Return the host of an address, or nothing.

    >>> host_of("https://Jobs.example.org/1"), host_of("https://[1")
    ('jobs.example.org', '')
    """
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def redirected(address: str, location: str) -> str:
    """Return where a redirect leads."""
    try:
        return urljoin(address, location)
    except ValueError as error:
        raise SourceUnavailable(f"{host_of(address)} redirects to no address") from error


def online(hosts: Iterable[str]) -> bool:
    """Is any of these hosts reachable? Decided within NETWORK_DECISION_SECONDS."""
    answers: queue.Queue[bool] = queue.Queue()
    targets = {_target(host) for host in hosts}
    for target in targets:
        threading.Thread(target=lambda t=target: answers.put(_answers(t)), daemon=True).start()
    end = time.monotonic() + NETWORK_DECISION_SECONDS - 0.5
    for _ in targets:
        try:
            if answers.get(timeout=max(0.0, end - time.monotonic())):
                return True
        except queue.Empty:
            return False
    return False


def _target(host: str) -> tuple[str, int]:
    parts = urlsplit(mirrored(f"https://{host}/"))
    return parts.hostname or host, parts.port or (443 if parts.scheme == "https" else 80)


def _answers(target: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(target, timeout=NETWORK_DECISION_SECONDS - 1):
            return True
    except (OSError, UnicodeError):  # no answer; no name there can be
        return False
