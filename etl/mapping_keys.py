"""The keys of an import mapping (etl/mapping.py): which there are, and what each may hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from etl.contracts import SCOPES, InputError
from etl.parse.cells import DURATION_UNITS, PRICE_UNITS
from etl.sources import sources
from etl.tables import SIGHTINGS

FORMATS = ("csv", "ndjson", "json", "parquet")
TEXTS = ("title", "platform", "licence", "publisher", "citation", "caveat", "url", "licence_url")
REQUIRED = ("source_id", "title", "platform", "licence", "scope", "format", "columns")
OPTIONAL = {"constants", "units", "encoding", "delimiter", "json_path", "decimal", *TEXTS}
UNITS = {"price": tuple(PRICE_UNITS), "duration": tuple(DURATION_UNITS)}
# What the pipeline adds itself, and what comes with the column it describes.
DERIVED = {
    *("source_id", "raw_sha256", "flags", "first_seen_at", "last_seen_at"),
    *("posted_precision", "observed_precision", "price_min_usd", "price_max_usd"),
}
CORE = {column.name: column for column in SIGHTINGS.columns if column.name not in DERIVED}
# Columns of a file that fill more than one core column.
GIVES = {
    "price": ("price_min", "price_max"),
    "duration": ("duration_days_low", "duration_days_high"),
    "proposals": ("proposals_low", "proposals_high"),
    "reviews": ("reviews_low", "reviews_high"),
}
PYTHON_INNER_CODECS = {"unicode_escape", "raw_unicode_escape", "punycode", "idna", "undefined"}


def check_mapping(mapping: Mapping[str, Any]) -> None:
    """Raise InputError naming the first TOML key that is missing, unknown or wrong."""
    for key in REQUIRED:
        if key not in mapping:
            raise InputError(f"the mapping lacks {key}")
    _refuse_unknown("the mapping", mapping, {*REQUIRED, *OPTIONAL})
    source_id = mapping["source_id"]
    if not _is(source_id, "[a-z][a-z0-9_]{0,39}"):
        raise InputError(
            f"source_id = {source_id!r}: use at most 40 lower-case letters, digits and _,"
            " a letter first"
        )
    if source_id == "pooled":
        raise InputError("source_id = 'pooled' is reserved for numbers over several sources")
    if source_id in sources():
        raise InputError(f"source_id = {source_id!r} is a built-in source; choose another id")
    if not _is(mapping["platform"], "[a-z][a-z0-9_.-]{0,39}") or mapping["platform"] == "pooled":
        raise InputError(
            f"platform = {mapping['platform']!r}: use a short lower-case name such as upwork"
        )
    for key in TEXTS:
        _check_text(key, mapping.get(key, "x" if "url" not in key else "https://x"))
    _check_one_of("scope", mapping["scope"], tuple(s for s in SCOPES if s != "sample"))
    _check_form(mapping)
    _check_columns(mapping)
    if mapping["scope"] == "window" and "posted_at" not in mapping["columns"]:
        raise InputError('scope = "window" needs posted_at in [columns]: a window is of postings')
    units = _table(mapping, "units")
    _refuse_unknown("units", units, UNITS)
    for key, unit in units.items():
        _check_one_of(f"units.{key}", unit, UNITS[key])


def _is(value: Any, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _table(mapping: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = mapping.get(key, {})
    if not isinstance(table, dict):
        raise InputError(f"{key} must be a table: [{key}]")
    return table


def _refuse_unknown(where: str, table: Mapping[str, Any], known: Any) -> None:
    for key in table:
        if key not in known:
            raise InputError(f"{where} holds {key!r}; known are {', '.join(sorted(known))}")


def _check_one_of(key: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(f"{key} = {value!r} is none of {', '.join(known)}")


def _check_text(key: str, value: Any) -> None:
    if not isinstance(value, str) or not value.strip() or len(value) > 500:
        raise InputError(f"{key} must be text of 1 to 500 characters in quotes")
    if not value.isprintable():
        raise InputError(f"{key} holds a character that cannot be printed")
    if "url" in key and not re.match("https?://", value):
        raise InputError(f"{key} = {value!r} must start with https:// or http://")


def _check_form(mapping: Mapping[str, Any]) -> None:
    form = mapping["format"]
    _check_one_of("format", form, FORMATS)
    for key, forms in (("encoding", "csv"), ("delimiter", "csv"), ("json_path", "json")):
        if key in mapping and form != forms:
            raise InputError(f"{key} is only for format = {forms!r}, not for {form!r}")
    if not _is(mapping.get("delimiter", ","), r'[^"\r\n\0]'):
        raise InputError("delimiter must be one character, such as ; or \\t")
    if not isinstance(mapping.get("json_path", ""), str):
        raise InputError("json_path must be text such as data.items")
    _check_one_of("decimal", mapping.get("decimal", "."), (".", ","))
    encoding = mapping.get("encoding", "utf-8")
    try:
        usable = "a".encode(encoding).decode(encoding) == "a"
    except (LookupError, TypeError, UnicodeError):
        usable = False
    if not usable or encoding.lower().replace("-", "_") in PYTHON_INNER_CODECS:
        raise InputError(f"encoding = {encoding!r} is no text encoding such as utf-8 or cp1252")


def _check_columns(mapping: Mapping[str, Any]) -> None:
    columns, constants = _table(mapping, "columns"), _table(mapping, "constants")
    _refuse_unknown("columns", columns, {*CORE, *GIVES})
    _refuse_unknown("constants", constants, set(CORE) - {"native_id"})
    if not columns:
        raise InputError('columns is empty: name at least one, such as title = "Title"')
    given: dict[str, str] = {}
    for key, core in [("columns", core) for core in columns] + [
        ("constants", c) for c in constants
    ]:
        for target in GIVES.get(core, (core,)):
            if target in given:
                raise InputError(f"{given[target]} and {key}.{core} both give {target}")
            given[target] = f"{key}.{core}"
    if "side" not in given:
        raise InputError(
            'side is missing: add side = "demand" (clients\' posts) or side = "supply"'
            " (freelancers' offers) to [constants], or map a column to it"
        )
    for core, where in columns.items():
        _check_column(core, where)
    for core, value in constants.items():
        if not isinstance(value, (str, int, float)):
            raise InputError(f"constants.{core} must be a number, true, false or text in quotes")


def _check_column(core: str, where: Any) -> None:
    key = f"columns.{core}"
    options = {"column": where} if isinstance(where, str) else where
    if not isinstance(options, dict) or not isinstance(options.get("column"), str):
        raise InputError(f'{key} must be a column name in quotes, or {{column = "Name", ...}}')
    _refuse_unknown(key, options, {"column", "values", "separator", "format"})
    kind = CORE[core].type if core in CORE else "special"
    if "separator" in options and (kind != "list" or not _is(options["separator"], "(?s:.{1,10})")):
        raise InputError(f"{key}.separator must be 1 to 10 characters, and is only for skills")
    if "format" in options and (kind != "timestamp" or not _is_time_format(options["format"])):
        raise InputError(
            f"{key}.format must be a date form such as %d.%m.%Y %H:%M, and is only for times"
        )
    values = options.get("values", {})
    simple = isinstance(values, dict) and all(
        isinstance(v, (str, int, float)) for v in values.values()
    )
    if not simple or ("values" in options and kind == "list"):
        raise InputError(f'{key}.values must be a table such as {{"Hourly" = "hourly"}}')
    for value in values.values() if core in CORE and CORE[core].allowed else ():
        _check_one_of(f"{key}.values", value, tuple(sorted(CORE[core].allowed or ())))


def _is_time_format(form: Any) -> bool:
    if not isinstance(form, str) or not re.search("%[Yy]", form):
        return False
    moment = datetime(2001, 2, 3, 4, 5, 6)
    try:
        return datetime.strptime(moment.strftime(form), form).year == moment.year
    except (ValueError, re.error):
        return False
