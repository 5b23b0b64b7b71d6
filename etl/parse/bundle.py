"""Several answers kept as one payload: a WARC file (ISO 28500), address and moment beside each."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC

from warcio.recordloader import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from etl.asking import Answer


def bundled(url: str, answers: Iterable[Answer]) -> Answer:
    """Return the answers as one, under `url`, as of the last of them.

    What an address does not say of its answer may stand behind a # in it.
    """
    kept = list(answers)
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=False)
    for answer in kept:
        moment = answer.moment.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        record = writer.create_warc_record(
            answer.url,
            "response",
            payload=io.BytesIO(answer.body),
            length=len(answer.body),
            http_headers=StatusAndHeaders("200 OK", [], protocol="HTTP/1.1"),
            warc_headers_dict={"WARC-Date": moment},
        )
        writer.write_record(record)
    return Answer(url, file.getvalue(), max(answer.moment for answer in kept))
