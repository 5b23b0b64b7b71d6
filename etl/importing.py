"""Local files → raw: checked as their source reads them, then landed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from etl import landing
from etl.contracts import Capture, InputError
from etl.fx import shipped_rates
from etl.normalise import Normalised, normalise
from etl.parse.dates import date_in_name, parse_timestamp

FAR_DAYS = 60  # a capture long after its newest listing: the date in the file's name is doubted


def expand(paths: list[Path]) -> list[Path]:
    """Return the files named, folders replaced by the files in them, sorted."""
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise InputError(f"{path} does not exist")
        files += sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
    if not files:
        raise InputError("there is no file to import")
    return files


def capture_of(
    path: Path,
    body: bytes,
    source_id: str,
    landed_at: datetime,
    captured_at: str | None = None,
    mapping: Mapping[str, Any] | None = None,
) -> Capture:
    """Return the capture a local file is: its moment as given, else the date in its name."""
    name = f"{path.resolve().parent.name}/{path.name}"
    if captured_at is not None:
        try:
            found = parse_timestamp(captured_at)
        except ValueError as error:
            raise InputError(f"--captured-at {captured_at!r} is no time: {error}") from error
    else:
        found = date_in_name(name)
    if found and found[0] > landed_at and captured_at is None:
        found = None  # a number that only looks like a date
    moment, precision = found if found else (None, "unknown")
    if moment is not None and moment > landed_at:
        raise InputError(f"{path} would have been captured in the future ({moment:%Y-%m-%d})")
    return Capture(source_id, name, landing.sha256(body), moment, precision, landed_at, mapping)


def import_file(
    path: Path,
    module: ModuleType,
    landed_at: datetime,
    captured_at: str | None = None,
    mapping: Mapping[str, Any] | None = None,
) -> tuple[Normalised, bool]:
    """Read one file as its source does and land it; return what it holds and if it was new.

    Raises SourceChanged (nothing is landed) when it does not have the source's shape.
    """
    body = landing.read_payload(path)
    capture = capture_of(path, body, module.SOURCE.id, landed_at, captured_at, mapping)
    result = normalise(module, body, capture, shipped_rates())
    if not result.rows:
        reason, count = result.reasons().most_common(1)[0]
        raise InputError(
            f"{path}: none of its {result.read:,} rows could be used; {count:,} because: {reason}"
        )
    return result, landing.land(body, capture, is_correction=captured_at is not None)


def _days_after_newest_post(result: Normalised) -> int:
    posted = [row["posted_at"] for row in result.rows if row.get("posted_at")]
    seen = result.capture.captured_at
    if not posted or seen is None or result.capture.precision == "year":
        return 0
    return (seen - max(posted)).days


def accounting(result: Normalised) -> str:
    """Return the sentence that accounts for every row of a payload."""
    lines = [
        f"{result.read:,} rows = {len(result.rows):,} observations"
        f" + {result.duplicates:,} in-file duplicates + {len(result.rejects):,} rejects"
    ]
    lines += [f"  rejected {n:,}: {reason}" for reason, n in result.reasons().most_common(10)]
    unconverted = sum("rate_missing" in (row.get("flags") or ()) for row in result.rows)
    if unconverted:
        lines.append(
            f"  {unconverted:,} prices stay unconverted: no ECB rate for their currency and month"
            " (the source `ecb` brings newer ones)"
        )
    gap = _days_after_newest_post(result)
    if gap > FAR_DAYS:
        lines.append(
            f"  its newest listing was posted {gap:,} days before the capture of"
            f" {result.capture.captured_at:%Y-%m-%d}: if that date is wrong, import the file again"
            " with --captured-at"
        )
    implausible = sum("price_implausible" in (row.get("flags") or ()) for row in result.rows)
    if implausible:
        lines.append(
            f"  {implausible:,} prices are implausible: kept, flagged, left out of quantiles"
        )
    return "\n".join(lines)
