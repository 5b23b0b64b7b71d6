"""What came wrapped comes out whole, damaged and hostile bytes come out as rejects, never worse."""

from __future__ import annotations

import base64
import gzip
import json
import time
import zlib
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.contracts import Reject
from etl.parse import gunzip, unwrap
from etl.parse.unwrap import Part, parts

SEEN = datetime(2023, 9, 25, 4, 50, 51)
HTTP_DATE, ISO_DATE = "Mon, 25 Sep 2023 04:50:51 GMT", "2023-09-25T04:50:51Z"
PAGE = b"<html><p>Logo for a bakery</p></html>"


def record(
    body: bytes = PAGE,
    status: str = "HTTP/1.1 200 OK",
    kind: str = "response",
    url: str = "https://a.org/jobs/",
    http: tuple[str, ...] = ("Content-Type: text/html",),
    warc: tuple[str, ...] = (),
) -> bytes:
    block = "\r\n".join((status, *http, "", "")).encode() + body
    header = (
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Target-URI: {url}",
        f"WARC-Date: {ISO_DATE}",
        *warc,
        f"Content-Length: {len(block)}",
    )
    return "\r\n".join((*header, "", "")).encode() + block + b"\r\n\r\n"


def bodies(payload: bytes) -> list[bytes]:
    return [part.body for part in parts(payload) if isinstance(part, Part)]


def reasons(payload: bytes) -> list[str]:
    return [part.reason for part in parts(payload) if isinstance(part, Reject)]


# Plain bodies


PLAIN = [
    b"",
    b"id,title\n1,a\n",
    b"PAR1\x00\x01",
    b"PK\x03\x04",
    b'{"jobs": [{"method": "GET"}]}',
    b'{"raw": "a", "capturedAt": 7}',
    b'{"raw": {}, "capturedAt": "2023-09-25T04:50:51Z"}',
    b'{"log": {"entries": 7}}',
    b'{"log": {"level": "info"',
    b'{"method":"GET","url":"x","response_status_code":"so"}\n',
    b'{"interactions": {"request": 1}}',
    b"interactions: many\n",
    b"---\nversion: 1\nhosts: []\n",
    b"a page about WARC/1.0\r\n",
    b"<html>http_interactions:\n- request:</html>",
    b"[" * 100_000,
]


@pytest.mark.parametrize("body", PLAIN, ids=lambda body: body[:24].decode("latin-1"))
def test_plain_body_is_one_part_itself(body: bytes):
    (part,) = parts(body)
    assert part == Part("", body, None, None)
    assert part.body is body


def test_plain_body_costs_a_look_at_its_beginning():
    body = b"id,title\n" + bytes(200 << 20)
    begin = time.perf_counter()
    assert len(list(parts(body))) == 1
    assert time.perf_counter() - begin < 0.05


# Archives


def test_archive_gives_its_pages_with_address_and_moment():
    payload = (
        record(b"software: x", kind="warcinfo")
        + record(b"", status="GET / HTTP/1.1", kind="request")
        + record()
        + record(b"k: v", kind="metadata")
        + record(b"two", url="<https://a.org/2>", warc=("WARC-Truncated: length",))
    )
    expected = [
        Part("record 3", PAGE, "https://a.org/jobs/", SEEN),
        Part("record 5", b"two", "https://a.org/2", SEEN, is_truncated=True),
    ]
    assert list(parts(payload)) == expected
    members = b"".join(gzip.compress(piece) for piece in payload.partition(b"WARC/1.0\r\n"))
    for packed in (gzip.compress(payload), members, members + bytes(512)):
        assert list(parts(packed)) == expected


def test_archive_names_what_is_no_page():
    payload = (
        record(b"gone", status="HTTP/1.1 404 Not Found")
        + record(kind="revisit")
        + record(url="dns:a.org")
        + record(b"")
        + record(status="nonsense")
        + record(status="HTTP/2 200")
    )
    assert list(parts(payload)) == [
        Reject("record 1", "HTTP 404"),
        Reject("record 2", "a revisit record holds no page"),
        Reject("record 3", "no answer over HTTP"),
        Reject("record 4", "HTTP 200 with an empty body"),
        Reject("record 5", "no answer over HTTP"),
        Part("record 6", PAGE, "https://a.org/jobs/", SEEN),
    ]


RAW_DEFLATED = zlib.compress(PAGE)
CODED = {
    "chunked": (
        b"5\r\n<html\r\n20\r\n" + PAGE[5:] + b"\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked",
    ),
    "said to be chunked": (PAGE, "Transfer-Encoding: chunked"),
    "gzip": (gzip.compress(PAGE), "Content-Encoding: gzip"),
    "said to be gzip": (PAGE, "Content-Encoding: gzip"),
    "deflate": (RAW_DEFLATED, "Content-Encoding: deflate"),
    "said to be br": (PAGE, "Content-Encoding: br"),
}


@pytest.mark.parametrize("case", CODED)
def test_body_is_decoded_where_it_is_coded(case: str):
    body, header = CODED[case]
    assert bodies(record(body, http=(header,))) == [PAGE]


def test_unknown_coding_is_named():
    found = list(parts(record(b"\x8b\xff\x00", http=("Content-Encoding: br",))))
    assert found == [Reject("record 1", "its body is coded as br, which is not read")]


def test_page_cut_within_its_gzip_is_truncated():
    body = gzip.compress(PAGE * 50 + bytes(range(256)), 0)[:-200]
    part, reject = parts(record(body, http=("Content-Encoding: gzip",)))
    assert part.body.startswith(PAGE)
    assert part.is_truncated
    assert reject == Reject("record 1", "cut off: its packed data has no end")


def test_damaged_archive_gives_what_can_be_read():
    whole = record(b"one") + record(b"two") + record(b"three")
    cut = list(parts(whole[:-8]))
    assert [part.body for part in cut[:3]] == [b"one", b"two", b"t"]
    assert [part.is_truncated for part in cut[:3]] == [False, False, True]
    assert cut[3].reason.startswith("cut off: 4 of its")
    wrong = whole.replace(b"Content-Length", b"Content-Lenght", 1)
    assert bodies(wrong) == [b"two", b"three"]
    assert reasons(wrong) == ["damaged: no length to read"]
    assert bodies(record(b"one") + b"rubbish\r\n" + record(b"two")) == [b"one", b"two"]
    assert reasons(b"WARC/1.0\r\n" + b"x" * 100_000) == ["damaged: no header to read"]


def test_damaged_gzip_member_costs_its_record_only():
    members = [bytearray(gzip.compress(record(body, http=()))) for body in (b"1", b"2", b"3")]
    members[1][14] ^= 0xFF
    found = list(parts(b"".join(members)))
    assert [part.locator for part in found] == [
        "gzip, record 1",
        "gzip",
        "piece 2, record 1",
    ]
    assert [found[0].body, found[2].body] == [b"1", b"3"]
    assert found[1].reason.startswith("damaged: its packed data cannot be read")


# Recordings

RUBY = b"""---
http_interactions:
- request:
    method: get
    uri: https://a.org/1
  response:
    status:
      code: 200
      message: OK
    headers:
      date:
      - Mon, 25 Sep 2023 04:50:51 GMT
      content-encoding:
      - gzip
    body:
      encoding: UTF-8
      string: '{"a": "\xc3\xa9"}'
- request: {uri: https://a.org/2}
  response:
    status: {code: 200}
    body: {encoding: ASCII-8BIT, base64_string: "YWJj"}
  recorded_at: Mon, 25 Sep 2023 04:50:51 GMT
- request: {uri: https://a.org/3}
  response:
    status: {code: 503}
    body: {string: later}
recorded_with: VCR 6.2.0
"""
GO = b"""---
version: 2
interactions:
    - id: 0
      request:
        url: https://a.org/1
      response:
        headers:
            Date:
                - Mon, 25 Sep 2023 04:50:51 GMT
        body: '{"a": 1}'
        status: 200 OK
        code: 200
        duration: 83ms
"""
PYTHON = b"""interactions:
- request:
    body: null
    headers: &id001
      Accept: ['*/*']
    uri: https://a.org/1
  response:
    body:
      string: !!binary |
        %s
    headers:
      Date: ['Mon, 25 Sep 2023 04:50:51 GMT']
    status: {code: 200, message: OK}
- request: {headers: *id001, uri: https://a.org/2}
  response: {body: {string: !!python/unicode 'abc'}, headers: {}, status: {code: 200}}
- request: {uri: https://a.org/3}
  response: {body: {string: ~}, status: {code: 200}}
version: 1
""" % base64.b64encode(gzip.compress(b"packed"))


def test_cassettes():
    assert list(parts(RUBY)) == [
        Part("response 1", '{"a": "é"}'.encode(), "https://a.org/1", SEEN),
        Part("response 2", b"abc", "https://a.org/2", SEEN),
        Reject("response 3", "HTTP 503"),
    ]
    assert list(parts(GO)) == [Part("response 1", b'{"a": 1}', "https://a.org/1", SEEN)]
    assert list(parts(PYTHON)) == [
        Part("response 1", b"packed", "https://a.org/1", SEEN),
        Part("response 2", b"abc", "https://a.org/2", None),
        Reject("response 3", "HTTP 200 with an empty body"),
    ]


def test_json_cassette():
    item = {
        "request": {"uri": "https://a.org/1"},
        "response": {
            "status": {"code": 200},
            "headers": {"Date": [HTTP_DATE]},
            "body": {"base64_string": base64.b64encode(b"abc").decode()},
        },
    }
    expected = [Part("response 1", b"abc", "https://a.org/1", SEEN)]
    for whole in ({"version": 1, "interactions": [item]}, {"http_interactions": [item]}):
        assert list(parts(json.dumps(whole).encode())) == expected


def test_har():
    entries = [
        {
            "startedDateTime": "2023-09-25T06:50:51+02:00",
            "request": {"url": "https://a.org/1"},
            "response": {"status": 200, "headers": [], "content": {"text": "abc"}},
        },
        {
            "startedDateTime": "2023-09",
            "request": {"url": "https://a.org/2"},
            "response": {"status": 206, "content": {"text": "YWJj", "encoding": "base64"}},
        },
        {"request": {}, "response": {"status": 304}},
        {"request": {}, "response": {"status": 200, "content": {"size": 5}}},
        7,
    ]
    assert list(parts(json.dumps({"log": {"version": "1.2", "entries": entries}}).encode())) == [
        Part("response 1", b"abc", "https://a.org/1", SEEN),
        Part("response 2", b"abc", "https://a.org/2", None),
        Reject("response 3", "HTTP 304"),
        Reject("response 4", "HTTP 200 with an empty body"),
        Reject("response 5", "no exchange"),
    ]


def exchange(text: str, status: int = 200, **more: object) -> bytes:
    whole = {
        "method": "GET",
        "url": "https://index.a.org/x",
        "response_status_code": status,
        "response_text": text,
        "response_headers": {"Date": HTTP_DATE},
    }
    return json.dumps(whole | more).encode() + b"\n"


def test_exchanges_one_per_line():
    packed = base64.b64encode(gzip.compress(record())).decode()
    payload = (
        exchange('{"a": 1}')
        + exchange('{"message": "No Captures found for: a.org"}', 404)
        + b"\n{half\n"
        + exchange(packed, 206)
        + b"[]"
    )
    assert list(parts(payload)) == [
        Part("response 1", b'{"a": 1}', "https://index.a.org/x", SEEN),
        Reject("response 2", "HTTP 404: No Captures found for: a.org"),
        Reject("response 3", "damaged: no JSON"),
        Part("response 4, record 1", PAGE, "https://a.org/jobs/", SEEN),
        Reject("response 5", "no exchange"),
    ]


def test_saved_page():
    saved = {"capturedAt": "2023-09-25T04:50:51.5Z", "note": "trimmed", "raw": "window.x='é'"}
    (part,) = parts(json.dumps(saved).encode())
    assert part == Part("page", "window.x='é'".encode(), None, SEEN.replace(microsecond=500_000))


# Gzip and limits


def test_gzip_of_a_plain_body():
    assert list(parts(gzip.compress(b"id,title\n"))) == [Part("", b"id,title\n", None, None)]
    assert bodies(gzip.compress(b"id,") + gzip.compress(b"title")) == [b"id,title"]
    part, reject = parts(gzip.compress(b"id,title\n" * 9)[:-9])
    assert (part.is_truncated, part.locator) == (True, "gzip")
    assert reject == Reject("gzip", "cut off: its packed data has no end")
    assert bodies(gzip.compress(b"ok") + b"rubbish") == [b"ok"]
    assert len(reasons(gzip.compress(b"ok") + b"rubbish")) == 1
    assert len(reasons(b"\x1f\x8b\x08no gzip at all")) == 1


def test_packed_at_most_three_times():
    body, packed = b"id,title", b"id,title"
    for _ in range(unwrap.MOST_DEEP):
        packed = gzip.compress(packed)
    assert bodies(packed) == [body]
    assert list(parts(gzip.compress(packed))) == [Reject("payload", "packed more than 3 times")]


def test_bomb_is_not_unpacked():
    bomb = gzip.compress(bytes(64 << 20), 9)
    assert len(bomb) < 100_000
    assert list(parts(bomb)) == [Reject("gzip", gunzip.TOO_MUCH)]
    inside = record(bomb, http=("Content-Encoding: gzip",))
    assert list(parts(record() + inside + inside))[1:] == [
        Reject("record 2", gunzip.TOO_MUCH),
        Reject("record 3", gunzip.TOO_MUCH),
    ]


def test_large_archive_gives_what_the_limit_lets_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gunzip, "MOST_BYTES", 5_000)
    packed = b"".join(gzip.compress(record(b"%06d" % number)) for number in range(100))
    found = list(parts(packed))
    assert 10 < sum(isinstance(part, Part) for part in found) < 30
    assert found[-1] == Reject("gzip", gunzip.TOO_MUCH)


def test_large_recording_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(unwrap, "MOST_RECORDING_BYTES", 100)
    assert reasons(RUBY) == ["a recording larger than 0 MiB is not read"]


def test_laughs_stay_small():
    levels = b"".join(
        b"  %c: &%c [%s]\n" % (n, n, b",".join([b"*%c" % (n - 1)] * 9)) for n in range(98, 112)
    )
    laughs = b"interactions:\n- request: {uri: x}\n  a: &a ha\n" + levels
    begin = time.perf_counter()
    assert list(parts(laughs)) == [Reject("response 1", "no HTTP status")]
    assert time.perf_counter() - begin < 1


def test_one_text_named_many_times_uses_up_the_limit():
    first = b"- {request: {uri: x}, response: &r {code: 200, body: '%s'}}\n" % (b"x" * 1_000_000)
    payload = b"interactions:\n" + first + b"- {request: {}, response: *r}\n" * 1_000
    found = bodies(payload)
    assert sum(map(len, found)) <= gunzip.MOST_BYTES
    assert gunzip.TOO_MUCH in reasons(payload)


@pytest.mark.parametrize(
    "tail", [b"[" * 200_000, b"- " * 200_000, b"{a: " * 200_000, b"- a: *b\n: :", b"- {"]
)
def test_broken_yaml_gives_the_items_before(tail: bytes):
    payload = GO + b"    - " + tail
    begin = time.perf_counter()
    found = list(parts(payload))
    assert time.perf_counter() - begin < 2
    assert found[0].body == b'{"a": 1}'
    assert all(isinstance(part, Reject) for part in found[1:])
    assert len(found) > 1


@pytest.mark.parametrize("tail", [b"a: \x00", b"\xff"])
def test_yaml_with_bytes_that_are_no_text_is_refused(tail: bytes):
    (reject,) = parts(GO + b"    - " + tail)
    assert reject.reason.startswith("damaged: ")


def test_many_tiny_records_take_no_longer_each():
    one = gzip.compress(record(b"x"))
    begin = time.perf_counter()
    assert len(bodies(one * 2_000)) == 2_000
    few = time.perf_counter() - begin
    begin = time.perf_counter()
    assert len(bodies(one * 20_000)) == 20_000
    assert time.perf_counter() - begin < 30 * few + 1


@pytest.mark.parametrize(
    "hostile",
    [
        b"WARC/1.0\r\n" * 200_000,
        (b"WARC/1.0\r\n" * 6_000 + b"\r\n") * 30,
        (b"x\r\nWARC/1.0\r\n" * 4_000 + b"\r\n") * 30,
        b"WARC/1.0\r\nContent-Length: 5\r\n\r\n" * 20_000,
        record() + b"\r\nWARC/1.0\r\na" * 100_000,
        record(b"5\r\n" * 300_000, http=("Transfer-Encoding: chunked",)),
        record(b"1\r\nx\r\n" * 100_000, http=("Transfer-Encoding: chunked",)),
        record(http=("x: y\r\n z",) * 3_000),
        gunzip.GZIP * 300_000,
        gzip.compress(b"") * 100_000,
        b'{"method":"GET","url":"","response_status_code":200}\n' * 20_000,
        b'{"log": {"entries": ' + b"[" * 100_000,
    ],
    ids=range(12),
)
def test_hostile_bytes_are_done_with_in_time(hostile: bytes):
    begin = time.perf_counter()
    for _ in parts(hostile):
        pass
    assert time.perf_counter() - begin < 10


SAMPLES = [
    record() + record(b"two", http=("Transfer-Encoding: chunked", "Content-Encoding: gzip")),
    gzip.compress(record()) + gzip.compress(record(b"two")),
    RUBY,
    GO,
    PYTHON,
    exchange("a") + exchange(base64.b64encode(gzip.compress(record())).decode()),
    json.dumps({"log": {"entries": [{"response": {"status": 200}}]}}).encode(),
    b'{"capturedAt": "2023-09-25T04:50:51Z", "raw": "\\ud800"}',
]


def assert_parts(payload: bytes) -> None:
    for part in parts(payload):
        assert isinstance(part, (Part, Reject))
        part.locator.encode()
        if isinstance(part, Part):
            assert isinstance(part.body, bytes)
            (part.url or "").encode()
            assert part.moment is None or part.moment.tzinfo is None
        else:
            assert part.reason
            part.reason.encode()


@given(st.binary())
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_parts(payload: bytes):
    assert_parts(payload)
    for sample in SAMPLES[:3]:
        assert_parts(sample[:40] + payload)


@given(st.sampled_from(SAMPLES), st.data())
@settings(max_examples=600, deadline=None)
def test_damaged_wrappers_are_parts(sample: bytes, data: st.DataObject):
    at = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(at, min(len(sample), at + 40)))
    assert_parts(sample[:at] + data.draw(st.binary(max_size=12)) + sample[end:])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
FIELDS = ("request", "response", "url", "uri", "body", "status", "code", "headers", "content")


@given(
    st.dictionaries(st.sampled_from(FIELDS), st.dictionaries(st.sampled_from(FIELDS), JSON)), JSON
)
@settings(max_examples=200, deadline=None)
def test_recordings_of_any_types_are_parts(item: dict, other: object):
    for whole in (
        {"version": 1, "interactions": [item, other]},
        {"log": {"entries": [item, other]}},
        {"method": 1, "url": other, "response_status_code": 200, "response_text": item},
        {"method": 1, "url": "", "response_status_code": 200, "response_headers": other},
        {"capturedAt": other, "raw": "a", "url": other},
    ):
        assert_parts(json.dumps(whole).encode())
