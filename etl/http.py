"""The only module that touches the network: identified, bounded in time and size.

A source names the hosts it may ask. OBSERVATORY_MIRROR=http://host:port sends every request to
<mirror>/<host>/<path> instead: an institution's mirror, or a loopback server.
"""

from __future__ import annotations

import os
import queue
import socket
import threading
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

import requests

from etl.config import MAX_PAYLOAD_BYTES, NETWORK_DECISION_SECONDS
from etl.contracts import SourceUnavailable

USER_AGENT = "freelance-market-observatory/0.1 (open research; see README for contact)"
TIMEOUT_SECONDS = 20.0  # to connect, and between two pieces of an answer
DEADLINE_SECONDS = 300.0  # for one whole answer
PIECE_BYTES = 1 << 16


def mirrored(url: str) -> str:
    """Return the address a request really goes to.

    >>> os.environ["OBSERVATORY_MIRROR"] = "http://127.0.0.1:9"; mirrored("https://a.org/b?c=1")
    'http://127.0.0.1:9/a.org/b?c=1'
    >>> del os.environ["OBSERVATORY_MIRROR"]
    """
    mirror = os.environ.get("OBSERVATORY_MIRROR")
    return f"{mirror.rstrip('/')}/{url.split('://', 1)[1]}" if mirror else url


def fetch(url: str, hosts: Iterable[str]) -> bytes:
    """Return the body of a GET; SourceUnavailable says what the host answered and what to do."""
    host = urlsplit(url).hostname
    if host not in set(hosts):
        raise SourceUnavailable(f"{host} is not a host this source declares; it is not asked")
    begin = time.monotonic()
    try:
        with requests.get(
            mirrored(url),
            headers={"User-Agent": USER_AGENT},
            timeout=TIMEOUT_SECONDS,
            stream=True,
            allow_redirects=False,
        ) as answer:
            if answer.status_code != 200:
                raise SourceUnavailable(f"{host} answered {answer.status_code}; try again later")
            return _body(answer, host, begin)
    except requests.RequestException as error:
        raise SourceUnavailable(
            f"{host} could not be reached ({type(error).__name__}); try again later"
        ) from error


def _body(answer: requests.Response, host: str | None, begin: float) -> bytes:
    pieces, size = [], 0
    for piece in answer.iter_content(PIECE_BYTES):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_PAYLOAD_BYTES:
            raise SourceUnavailable(f"{host} sent more than {MAX_PAYLOAD_BYTES:,} bytes; stopped")
        if time.monotonic() - begin > DEADLINE_SECONDS:
            raise SourceUnavailable(f"{host} took longer than {DEADLINE_SECONDS:.0f} s; stopped")
    return b"".join(pieces)


def online(hosts: Iterable[str]) -> bool:
    """Is any of these hosts reachable? Decided within NETWORK_DECISION_SECONDS."""
    answers: queue.Queue[bool] = queue.Queue()
    targets = [_target(host) for host in sorted(set(hosts))]
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
    except OSError:
        return False
