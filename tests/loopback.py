"""A loopback server that stands for every live host: it answers, misbehaves, and keeps a log.

`Loopback.answers` maps a host to a function of (path, query) that returns the body, or a Reply.
`Loopback.faults` holds what goes wrong with the next requests of a host, in order; `always` what
goes wrong with all of them once those are used up. robots.txt stands in `robots`, outside both.
"""

from __future__ import annotations

import gzip
import os
import socket
import struct
import sys
import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

Query = dict[str, list[str]]
MIB = 1 << 20


@dataclass
class Reply:
    """One HTTP answer; `misbehave` may take the connection over after the headers and the body.

    `raw` replaces all of it, status line and headers included.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    misbehave: Callable[[socket.socket], None] | None = None
    raw: bytes | None = None


Fault = Callable[[Reply], Reply]


@dataclass
class Asked:
    """One line of the server's log."""

    at: float  # monotonic seconds
    host: str
    path: str
    query: Query
    headers: dict[str, str]


class Loopback:
    """Serve until closed; use as a context manager."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[str, Query], bytes | Reply]] = {}
        self.robots: dict[str, str | Reply] = {}
        self.faults: dict[str, list[Fault]] = defaultdict(list)
        self.always: dict[str, Fault] = {}
        self.transit: dict[str, list[float]] = defaultdict(list)  # s the next ones are under way
        self.log: list[Asked] = []
        self.on_request: Callable[[], None] = lambda: None
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"loopback": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Loopback:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def behave(self) -> None:
        """Let everything go well again."""
        with self._lock:
            self.faults.clear()
            self.always.clear()
            self.robots.clear()

    def asked(self, host: str) -> list[Asked]:
        """Return the log lines of a host."""
        with self._lock:
            return [line for line in self.log if line.host == host]

    def gaps(self, host: str) -> list[float]:
        """Return the seconds between one request to a host and the next."""
        times = [line.at for line in self.asked(host)]
        return [after - before for before, after in pairwise(times)]

    def reply(self, line: Asked) -> Reply:
        """Log a request and return what the host answers to it, faults applied."""
        with self._lock:
            self.log.append(line)
        self.on_request()
        if line.path == "/robots.txt":
            found = self.robots.get(line.host, Reply(status=404))
            return found if isinstance(found, Reply) else Reply(found.encode())
        answer = self.answers.get(line.host, lambda path, query: Reply(status=404))
        found = answer(line.path, line.query)
        reply = found if isinstance(found, Reply) else Reply(found)
        with self._lock:
            waiting = self.faults[line.host]
            fault = waiting.pop(0) if waiting else self.always.get(line.host)
        return fault(reply) if fault else reply


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # else the client had enough: as tested
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    loopback: Loopback
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes: no 40 ms between them

    def do_GET(self) -> None:
        host, _, path = self.path.lstrip("/").partition("/")
        parts = urlsplit("/" + path)
        query = parse_qs(parts.query, keep_blank_values=True)
        if self.loopback.transit[host]:
            time.sleep(self.loopback.transit[host].pop(0))
        line = Asked(time.monotonic(), host, parts.path, query, dict(self.headers))
        reply = self.loopback.reply(line)
        self.close_connection = reply.misbehave is not None or reply.raw is not None
        if reply.raw is None:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in reply.headers and "Transfer-Encoding" not in reply.headers:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
        self.wfile.write(reply.body if reply.raw is None else reply.raw)
        if reply.misbehave is not None:
            reply.misbehave(self.connection)

    def log_message(self, *_: object) -> None:
        pass


# What can go wrong. Each is a Fault, or makes one.


def well(reply: Reply) -> Reply:
    """Nothing goes wrong."""
    return reply


def status(code: int, body: bytes = b"", **headers: str) -> Fault:
    """Answer with a status; header names are given with _ for -."""
    return lambda reply: Reply(body, code, _named(headers))


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def instead(body: bytes, **headers: str) -> Fault:
    """Answer with another body."""
    return status(200, body, **headers)


def changed(change: Callable[[bytes], bytes]) -> Fault:
    """Answer with the body changed."""
    return lambda reply: replace(reply, body=change(reply.body))


def bytes_only(raw: bytes) -> Fault:
    """Answer with these bytes and nothing else, and close."""
    return lambda reply: Reply(raw=raw)


def gzipped(reply: Reply) -> Reply:
    """Answer as a host does that compresses."""
    return replace(
        reply,
        body=gzip.compress(reply.body),
        headers=reply.headers | {"Content-Encoding": "gzip"},
    )


def gzip_cut(reply: Reply) -> Reply:
    """Answer with half a gzip stream and a Content-Length that agrees with it."""
    whole = gzipped(reply)
    return replace(whole, body=whole.body[: len(whole.body) // 2])


def gzip_bomb(mebibytes: int) -> Fault:
    """Answer with a gzip stream of zeros: a thousandth of what it unpacks to."""
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    first = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    other = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    body = first + other * (mebibytes - 1) + packer.flush()
    return instead(body, Content_Encoding="gzip")


def reset(reply: Reply) -> Reply:
    """Send half the body, then reset the connection."""

    def abort(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(connection.detach())

    length = {"Content-Length": str(len(reply.body))}
    return Reply(reply.body[: len(reply.body) // 2], 200, length, abort)


def closed_early(reply: Reply) -> Reply:
    """Send half the body, then close the connection in good order."""
    length = {"Content-Length": str(len(reply.body))}
    return Reply(reply.body[: len(reply.body) // 2], 200, length, lambda connection: None)


def hang(reply: Reply) -> Reply:
    """Send nothing and keep the connection."""
    return Reply(raw=b"", misbehave=lambda connection: _wait(connection, 30))


def hang_midway(reply: Reply) -> Reply:
    """Send the headers and half the body, then nothing, and keep the connection."""
    return replace(closed_early(reply), misbehave=lambda connection: _wait(connection, 30))


def drip(reply: Reply) -> Reply:
    """Send the headers, then a byte now and then: never long enough apart for a time-out."""
    length = {"Content-Length": str(len(reply.body))}
    return Reply(b"", 200, length, _dripping(reply.body))


def drip_headers(reply: Reply) -> Reply:
    """Send even the status line and the headers a byte now and then."""
    return Reply(raw=b"", misbehave=_dripping(b"HTTP/1.1 200 OK\r\nX-Padding: " + b"x" * 1000))


def _dripping(body: bytes) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        for position in range(len(body)):
            connection.sendall(body[position : position + 1])
            if _wait(connection, 0.25):
                return

    return send


def _wait(connection: socket.socket, seconds: float) -> bool:
    """Wait until the client has gone, at most so long; has it?"""
    connection.settimeout(seconds)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False


def endless(length: str | None = None, status: int = 200, **headers: str) -> Fault:
    """Answer with ten gigabytes: announced by `length`, "chunked", or not at all."""
    gigabytes = 10
    named = _named(headers)
    if length == "chunked":
        named["Transfer-Encoding"] = "chunked"
    elif length == "announced":
        named["Content-Length"] = str(gigabytes << 30)
    else:
        named["Connection"] = "close"

    def flood(connection: socket.socket) -> None:
        piece = b'{"a": "' + b"x" * MIB
        if length == "chunked":
            piece = b"%x\r\n%s\r\n" % (len(piece), piece)
        for _ in range(gigabytes << 10):
            connection.sendall(piece)

    def answer(reply: Reply) -> Reply:
        if length is None:
            head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
            return Reply(raw=f"HTTP/1.1 {status} X\r\n{head}\r\n".encode(), misbehave=flood)
        return Reply(b"", status, named, flood)

    return answer
