"""Currency: monthly means of the ECB's rates, hand-computed; nothing is guessed."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from etl.contracts import SourceChanged
from etl.fx import monthly_means, shipped_rates, usd_per_unit

WIRE = Path(__file__).resolve().parents[2] / "shared" / "wire" / "ecb_bls"


def archive(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr("eurofxref-hist.csv", text)
    return buffer.getvalue()


def test_means_leave_out_missing_days_and_the_month_that_is_not_over():
    text = (
        "Date,USD,RUB,\n2022-04-01,1.2,N/A,\n2022-03-31,1.1,N/A,\n2022-03-02,1.3,N/A,\n"
        "2022-03-01,1.2,117.2,\n"
    )
    assert list(monthly_means(archive(text))) == [
        ("2022-03", "RUB", 117.2, 1),
        ("2022-03", "USD", 1.2, 3),
    ]


def test_no_archive_is_said_so():
    with pytest.raises(SourceChanged, match="no archive"):
        list(monthly_means(b"<html>"))


def test_shipped_rates_convert_and_never_guess():
    rates = shipped_rates()
    january = datetime(2023, 1, 9)
    assert usd_per_unit("USD", january, rates) == 1
    assert usd_per_unit("EUR", january, rates) == pytest.approx(1.0769, abs=1e-4)
    # ECB means of January 2023: 1.0769 dollars and 0.882123 pounds per euro
    assert usd_per_unit("GBP", january, rates) == pytest.approx(1.0769 / 0.882123, rel=1e-5)
    assert usd_per_unit("PKR", january, rates) is None
    assert usd_per_unit("RUB", january, rates) is None, "suspended since March 2022"
    assert usd_per_unit("EUR", datetime(2031, 1, 1), rates) is None


@pytest.mark.skipif(not WIRE.is_dir(), reason="needs the recorded payloads beside the project")
def test_shipped_rates_are_the_published_ones():
    published = {
        (month, currency): mean
        for month, currency, mean, _ in monthly_means(
            (WIRE / "eurofxref-hist_2026-04.zip").read_bytes()
        )
    }
    assert shipped_rates().items() <= published.items()
