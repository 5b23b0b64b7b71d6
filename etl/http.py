"""The only module that touches the network: identified, paced, bounded, obedient to robots.txt.

A source names the hosts it may ask; redirects lead nowhere else, and no host on a private network
is asked. OBSERVATORY_MIRROR=http://host:port sends every request to <mirror>/<host>/<path> instead
(one's own mirror, or a loopback server); only then OBSERVATORY_PACE shortens the waiting times.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential

from etl.answers import Cut, decompressed, is_challenge, kind_problem, retry_after_seconds
from etl.asking import Answer, Kind
from etl.config import MAX_ANSWER_BYTES, pace
from etl.contracts import Budget, SourceUnavailable
from etl.network import POOLS, PRIVATE, deadline_seconds, host_of, mirrored, redirected
from etl.politeness import PATIENCE_SECONDS, OverBudget, Turns
from etl.robots import AGENT, Robots

TIMEOUT_SECONDS = 20.0  # to connect, and between two pieces of an answer
ATTEMPTS = 4
BACKOFF_SECONDS, BACKOFF_CEILING_SECONDS = 2.0, 60.0
PIECE_BYTES = 1 << 16
REDIRECTS = 5
BUSY = {429, 500, 502, 503, 504}
REFUSED = {401: "wants a login", 403: "refuses", 451: "refuses for legal reasons"}
NO_RULES = {*range(400, 500)} - {429}  # of a robots.txt
VALIDATORS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
PLAIN = re.compile(r"[ -~]{1,300}")  # of a header we send on


class Busy(Exception):
    """The host could not answer now: worth asking again."""


def user_agent() -> str:
    """Return how we introduce ourselves; OBSERVATORY_CONTACT says whom to write to."""
    contact = os.environ.get("OBSERVATORY_CONTACT") or "contact not given by the operator"
    return f"{AGENT}/0.2 (open research on freelance work; {re.sub(r'[^ -~]', '?', contact)})"


@dataclass
class Client:
    """Asks the hosts of one source; `requests` and `bytes` say what that came to."""

    hosts: frozenset[str]
    budget: Budget
    turns: Turns
    on_request: Callable[[], None] = lambda: None  # for a progress bar
    requests: int = 0
    bytes: int = 0
    _robots: dict[str, Robots] = field(default_factory=dict)
    _sessions: dict[str, requests.Session] = field(default_factory=dict)

    def get(
        self,
        url: str,
        *,
        kind: Kind = "json",
        part: tuple[int, int] | None = None,
        missing_ok: bool = False,
        validators: Mapping[str, str] | None = None,
    ) -> Answer | None:
        """Return the answer to a GET (see `etl.asking.Ask.get`); None: not changed since."""
        headers = dict(validators or {})
        if part is not None:
            headers |= {"Range": f"bytes={part[0]}-{part[1]}", "Accept-Encoding": "identity"}
        for _ in range(REDIRECTS):
            self._check(url)
            answer = self._attempts(url, headers, missing_ok=missing_ok)
            if not isinstance(answer, str):
                break
            url = redirected(url, answer)
        else:
            raise SourceUnavailable(f"{host_of(url)} redirects in circles; not followed further")
        if answer is None:
            return None
        problem = None if missing_ok and not answer.body else kind_problem(answer.body, kind)
        if problem:
            raise SourceUnavailable(
                f"{host_of(url)} {problem}: this source is stopped; open {url[:200]} in a browser"
            )
        if part is not None and len(answer.body) != part[1] - part[0] + 1:
            raise SourceUnavailable(f"{host_of(url)} sent another part of the file than asked for")
        return answer

    def _check(self, url: str) -> None:
        """Raise unless the address is one this source may ask, robots.txt included."""
        host = host_of(url)
        if not self._is_declared(url):
            raise SourceUnavailable(
                f"{url.split('?')[0][:200]} is not https on a host this source declares;"
                " it is not asked"
            )
        if host not in self._robots:
            self._robots[host] = self._read_robots(host)
        if not self._robots[host].allows(url):
            raise SourceUnavailable(
                f"robots.txt of {host} does not allow {urlsplit(url).path[:100]}; it is not asked"
            )

    def _is_declared(self, url: str) -> bool:
        """Is it on a declared host, over https, at the usual port and without a login?"""
        host = host_of(url)
        return host in self.hosts and urlsplit(url.lower())[:2] == ("https", host)

    def _read_robots(self, host: str) -> Robots:
        """Read a host's rules: a 4xx means none, an error means we do not ask (RFC 9309, 2.3)."""
        self._robots[host] = Robots()  # its own redirect to itself needs no rules
        try:
            url = f"https://{host}/robots.txt"
            for _ in range(REDIRECTS):
                found = self._attempts(url, {}, missing_ok=True, no_rules_ok=True)
                if not isinstance(found, str):
                    return Robots(found.body)
                url = redirected(url, found)
                if not self._is_declared(url):
                    break
            return Robots()
        except OverBudget:
            del self._robots[host]
            raise
        except SourceUnavailable as error:
            del self._robots[host]
            raise SourceUnavailable(f"robots.txt cannot be read: {error}") from error

    def _attempts(
        self, url: str, headers: Mapping[str, str], *, missing_ok: bool, no_rules_ok: bool = False
    ) -> Answer | str | None:
        """Ask until there is an answer, at most ATTEMPTS times, each one paced and counted."""
        host = host_of(url)
        try:
            for attempt in Retrying(
                retry=retry_if_exception_type((Busy, Cut, requests.RequestException)),
                stop=stop_after_attempt(ATTEMPTS),
                wait=wait_random_exponential(BACKOFF_SECONDS, BACKOFF_CEILING_SECONDS),
                sleep=_sleep,
                reraise=True,
            ):
                with attempt:
                    return self._once(url, headers, missing_ok, no_rules_ok)
        except Busy as error:
            raise SourceUnavailable(f"{host} {error}; try again later") from error
        except Cut as error:
            raise SourceUnavailable(f"{host} broke off ({error}); try again later") from error
        except requests.RequestException as error:
            raise SourceUnavailable(
                f"{host} could not be reached ({type(error).__name__}); try again later"
            ) from error
        raise AssertionError("unreachable: Retrying returns or raises")

    def _once(
        self, url: str, headers: Mapping[str, str], missing_ok: bool, no_rules_ok: bool
    ) -> Answer | str | None:
        host = host_of(url)
        rules = self._robots.get(host)
        self.turns.take(host, self.budget, rules.seconds_between if rules else 0.0)
        self.requests += 1
        self.on_request()
        begin = time.monotonic()
        try:
            with self._session(host).get(
                mirrored(url),
                headers={"User-Agent": user_agent(), "Accept-Encoding": "gzip"} | headers,
                timeout=max(2.0, TIMEOUT_SECONDS * pace()),
                stream=True,
                allow_redirects=False,
            ) as response:
                if response.status_code == 304 and headers.keys() & set(VALIDATORS.values()):
                    return None
                return self._read(response, url, missing_ok, no_rules_ok)
        except (Cut, requests.RequestException) as error:
            _raise_if_hopeless(error, host, time.monotonic() - begin)
            raise
        finally:
            self.turns.end(host)

    def _read(
        self, response: requests.Response, url: str, missing_ok: bool, no_rules_ok: bool
    ) -> Answer | str:
        """Return the body, or the address of a redirect."""
        status, host = response.status_code, host_of(url)
        if status in (301, 302, 303, 307, 308) and "Location" in response.headers:
            return response.headers["Location"]
        moment = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        if (status == 404 and missing_ok) or (status in NO_RULES and no_rules_ok):
            return Answer(url, b"", moment)
        if status not in (200, 206):
            self._refuse(response, host, moment)
        body = decompressed(
            self._pieces(response, host),
            response.headers.get("Content-Encoding", "").lower(),
            MAX_ANSWER_BYTES,
        )
        if missing_ok and not body and not no_rules_ok:
            raise SourceUnavailable(f"{host} answered with nothing: this source is stopped")
        return Answer(url, body, moment, _validators(response))

    def _refuse(self, response: requests.Response, host: str, moment: datetime) -> None:
        """Raise what a status other than success means."""
        status = response.status_code
        if is_challenge(self._opening(response)):
            raise SourceUnavailable(
                f"{host} shows a challenge page ({status}); this source is stopped"
            )
        if status in BUSY:
            pause = retry_after_seconds(response.headers.get("Retry-After"), moment)
            end = self.turns.pause(host, pause) if pause else None
            if pause and pause > PATIENCE_SECONDS:
                raise SourceUnavailable(
                    f"{host} answered {status} and asks for a pause of {pause:,.0f} s;"
                    f" run again after {end}"
                )
            raise Busy(f"answered {status}")
        if status == 410:
            raise SourceUnavailable(f"{host} took this address down (410); the source has ended")
        what = REFUSED.get(status, "does not answer")
        raise SourceUnavailable(f"{host} {what} ({status}); this source is stopped")

    def _opening(self, response: requests.Response) -> bytes:
        """Return the beginning of a refusal; what cannot be read of it does not matter."""
        try:
            return response.raw.read(PIECE_BYTES, decode_content=True)
        except urllib3.exceptions.HTTPError:
            return b""

    def _pieces(self, response: requests.Response, host: str) -> Iterator[bytes]:
        """Yield the body as sent, and whole."""
        announced = response.headers.get("Content-Length", "")
        if re.fullmatch("[0-9]{1,18}", announced) and int(announced) > MAX_ANSWER_BYTES:
            raise SourceUnavailable(f"{host} announced {int(announced):,} bytes; not read")
        try:
            for piece in response.raw.stream(PIECE_BYTES, decode_content=False):
                self.bytes += len(piece)
                yield piece
        except urllib3.exceptions.HTTPError as error:
            was_silent = isinstance(error, urllib3.exceptions.ReadTimeoutError)
            raise Cut("no more came" if was_silent else "the connection ended") from error

    def _session(self, host: str) -> requests.Session:
        if host not in self._sessions:
            session = _Session()
            for scheme in ("https://", "http://"):
                session.mount(scheme, _PublicAdapter())
            self._sessions[host] = session
        return self._sessions[host]

    def close(self) -> None:
        """Close the connections."""
        for session in self._sessions.values():
            session.close()


def _validators(response: requests.Response) -> dict[str, str]:
    """Return the headers that ask next time whether this answer has changed."""
    found = {ask: response.headers.get(name, "") for name, ask in VALIDATORS.items()}
    return {ask: value for ask, value in found.items() if PLAIN.fullmatch(value)}


def _raise_if_hopeless(error: Exception, host: str, seconds: float) -> None:
    """Raise when asking again would not help."""
    if PRIVATE in str(error):
        raise SourceUnavailable(f"{host} is an {PRIVATE}; it is not asked") from error
    if seconds >= deadline_seconds():
        raise SourceUnavailable(
            f"{host} took longer than {deadline_seconds():.0f} s; stopped"
        ) from error


def _sleep(seconds: float) -> None:
    time.sleep(seconds * pace())


class _Session(requests.Session):
    """Leaves redirects to us: to look at one, requests would read its body, however large."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class _PublicAdapter(HTTPAdapter):
    """Connects to public addresses only; an operator's proxy is the operator's choice."""

    def init_poolmanager(self, *arguments, **options) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = POOLS
