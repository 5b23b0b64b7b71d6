"""Every path, limit and constant with its unit; nothing here computes more than a path."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from etl.contracts import InputError

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "data" / "reference"
SHIPPED = ROOT / "data" / "shipped"

MAX_PAYLOAD_BYTES = 1 << 30  # one landed file; larger ones must be split
MAX_ROW_CHARS = 4 << 20  # one CSV record or JSON line; longer ones are rejected and counted
MAX_PARQUET_ROWS = 5_000_000  # a small file can claim far more rows than memory holds
SUPPRESS_BELOW_N = 15  # cells with fewer listings are withheld (grade D)
SHIPPED_LIMIT_BYTES = 10 << 20  # the edition in git
NETWORK_DECISION_SECONDS = 5.0  # `make run` decides within this whether there is a network
MAX_ANSWER_BYTES = 64 << 20  # one answer of a live host, decompressed


def data_folder() -> Path:
    """Return the folder for everything built here; OBSERVATORY_DATA moves it."""
    return Path(os.environ.get("OBSERVATORY_DATA") or ROOT / "data" / "var")


def mirror() -> str | None:
    """Return http://host:port to send every request to, as <mirror>/<host>/<path>, or None."""
    said = (os.environ.get("OBSERVATORY_MIRROR") or "").rstrip("/")
    if said and not _is_address(said):
        raise InputError(
            f"OBSERVATORY_MIRROR={said[:60]!r} is no address, as http://127.0.0.1:8000"
        )
    return said or None


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        is_named = bool(parts.hostname and parts.hostname.encode("idna"))
        return parts.scheme in ("http", "https") and is_named and parts.port != 0
    except ValueError:  # brackets, a port or a name that are none
        return False


def pace() -> float:
    """Return the factor on every waiting time; other than 1 only for one's own mirror."""
    said = os.environ.get("OBSERVATORY_PACE") or "1"
    if not re.fullmatch(r"[0-9]{0,4}\.?[0-9]{1,9}", said):
        raise InputError(f"OBSERVATORY_PACE={said[:40]!r} is no factor, such as 0.5")
    return float(said) if mirror() else 1.0


def processes() -> int:
    """Return how many processes may read listings: OBSERVATORY_PROCESSES, or the cores we have."""
    said = os.environ.get("OBSERVATORY_PROCESSES") or str(len(os.sched_getaffinity(0)))
    if not re.fullmatch(r"[1-9][0-9]?", said):
        raise InputError(f"OBSERVATORY_PROCESSES={said[:40]!r} is no number from 1 to 99")
    return int(said)


def hosts_file() -> Path:
    """Return the file that remembers what each live host was asked today."""
    return data_folder() / "hosts.json"


def raw_folder() -> Path:
    """Return the folder of landed payloads."""
    return data_folder() / "raw"


def warehouse_file() -> Path:
    """Return the file of the DuckDB warehouse."""
    return data_folder() / "warehouse.duckdb"


def editions_folder() -> Path:
    """Return the folder of editions built on this machine."""
    return data_folder() / "editions"
