"""The core tables: the single place where a column is declared (name, type, unit, bounds)."""

from __future__ import annotations

from etl.contracts import Column, Table

LISTING_COLUMNS = (
    Column("source_id", "text", "the source, a module of etl/sources", required=True),
    Column("native_id", "text", "the listing's id at its source", required=True),
    Column(
        "side",
        "text",
        "demand: a client's post; supply: a freelancer's gig or offer",
        required=True,
        allowed=frozenset({"demand", "supply"}),
    ),
    Column("first_seen_at", "timestamp", "earliest capture that holds it, UTC"),
    Column("last_seen_at", "timestamp", "latest capture that holds it, UTC"),
    Column("posted_at", "timestamp", "when it was posted, UTC"),
    Column(
        "posted_precision",
        "text",
        "how exactly posted_at is known",
        allowed=frozenset({"second", "minute", "day", "month", "year"}),
    ),
    Column("title", "text", "title as posted, personal data dropped"),
    Column("text", "text", "description as posted, personal data dropped"),
    Column("skills", "list", "skill labels of the source"),
    Column("source_category", "text", "category label of the source, levels joined by ' > '"),
    Column(
        "pricing_type",
        "text",
        "how the work is priced",
        required=True,
        allowed=frozenset({"hourly", "fixed", "salary", "package", "unknown"}),
    ),
    Column("price_min", "number", "advertised price, low end, in `currency`", low=0),
    Column("price_max", "number", "advertised price, high end, in `currency`", low=0),
    Column("currency", "text", "ISO 4217 code of the price", pattern="[A-Z]{3}"),
    Column(
        "price_period",
        "text",
        "what a rate or salary is paid per; missing for fixed prices, packages and where unknown",
        allowed=frozenset({"hour", "day", "week", "month", "year"}),
    ),
    Column("price_min_usd", "number", "price_min at the posting month's mean rate", low=0),
    Column("price_max_usd", "number", "price_max at the posting month's mean rate", low=0),
    Column("bids", "integer", "bids received so far, exact", low=0),
    Column("bid_avg_usd", "number", "average bid in US dollars (never an advertised price)", low=0),
    Column("proposals_low", "integer", "proposals received, lower end of the bracket", low=0),
    Column("proposals_high", "integer", "upper end; missing: open-ended", low=0),
    Column("delivery_days", "number", "delivery time a gig promises, days", low=0),
    Column("duration_days_low", "number", "duration a client asks for, lower end, days", low=0),
    Column("duration_days_high", "number", "upper end; missing: open-ended", low=0),
    Column(
        "experience_level",
        "text",
        "experience a client asks for",
        allowed=frozenset({"entry", "intermediate", "expert"}),
    ),
    Column("client_country", "text", "client's country as the source spells it"),
    Column("remote", "boolean", "may the work be done remotely?"),
    Column("employment_type", "text", "employment type as the source spells it"),
    Column("status", "text", "status at the latest sighting, as the source spells it"),
    Column("closed_at", "timestamp", "when the source says it closed, UTC"),
    Column("interviewing", "integer", "freelancers the client is interviewing", low=0),
    Column("invites", "integer", "invitations the client has sent", low=0),
    Column("hires", "integer", "freelancers hired for it", low=0),
    Column("rating", "number", "mean review rating of the gig, 0-5", low=0, high=5),
    Column("reviews_low", "integer", "reviews of the gig, lower end ('1k+' is censored)", low=0),
    Column("reviews_high", "integer", "upper end; missing: censored", low=0),
    Column("seller_level", "text", "seller level as the source spells it"),
    Column("seller_country", "text", "seller's country as the source spells it"),
    Column("url", "text", "where the listing stood"),
    Column("raw_sha256", "text", "hash of the landed payload it was read from"),
    Column("flags", "list", "what is odd about the row, e.g. price_implausible, rate_missing"),
)

SIGHTING_COLUMNS = (
    *LISTING_COLUMNS,
    Column("observed_at", "timestamp", "when this sighting was made, UTC"),
    Column(
        "observed_precision",
        "text",
        "how exactly observed_at is known",
        allowed=frozenset({"second", "minute", "day", "month", "year", "unknown"}),
    ),
    Column("days_left", "number", "days until bidding ends", low=0),
    Column("sample_window", "text", "the random window of time a sampled listing was drawn in"),
)

LISTINGS = Table(
    "core_listings", "one row per listing", ("source_id", "native_id"), LISTING_COLUMNS
)
SIGHTINGS = Table(
    "core_sightings",
    "one row per listing, payload and moment it was seen",
    ("source_id", "native_id", "raw_sha256", "observed_at"),
    SIGHTING_COLUMNS,
)
_OBSERVED = [
    "source_id",
    "native_id",
    "observed_at",
    "status",
    "bids",
    "bid_avg_usd",
    "proposals_low",
    "proposals_high",
    "price_min",
    "price_max",
    "currency",
    "interviewing",
    "invites",
    "hires",
    "days_left",
    "raw_sha256",
]
OBSERVATIONS = Table(
    "core_observations",
    "one row per listing and time it was seen",
    ("source_id", "native_id", "raw_sha256", "observed_at"),
    tuple(column for name in _OBSERVED for column in SIGHTING_COLUMNS if column.name == name),
)
SERIES = Table(
    "core_series",
    "one row per series, place and period as its producer published it",
    ("source_id", "series_id", "geo", "grain", "period_start", "dims"),
    (
        Column("source_id", "text", "the series source", required=True),
        Column("series_id", "text", "the quantity, with its unit in the name", required=True),
        Column("geo", "text", "ISO country code, or * for all", required=True),
        Column(
            "grain",
            "text",
            "length of the period",
            required=True,
            allowed=frozenset({"day", "week", "month", "quarter", "year"}),
        ),
        Column("period_start", "timestamp", "first day of the period", required=True),
        Column("dims", "text", "further dimensions, sorted key=value;key=value", required=True),
        Column("value", "number", "as published; missing where the producer left it out"),
        Column("n", "integer", "observations behind the value, where published", low=0),
        Column("flags", "text", "known defects, sorted and joined by ;", required=True),
    ),
)
TABLES = (LISTINGS, SIGHTINGS, OBSERVATIONS, SERIES)

# Outside these bounds a price is kept and flagged `price_implausible`: no advertised hourly rate,
# budget, yearly salary or gig start price in the data we know lies beyond them.
PLAUSIBLE_PRICE_USD = {
    "hourly": (1.0, 1_000.0),
    "fixed": (1.0, 1_000_000.0),
    "salary": (1_000.0, 2_000_000.0),
    "salary per day": (8.0, 10_000.0),
    "salary per week": (40.0, 40_000.0),
    "salary per month": (100.0, 170_000.0),
    "package": (1.0, 100_000.0),
    "unknown": (1.0, 2_000_000.0),
}
