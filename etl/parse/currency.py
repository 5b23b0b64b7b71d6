"""Which currency a price cell names, as an ISO 4217 code: a code beats a symbol."""

import re

_CODES = (
    "USD|EUR|GBP|AUD|CAD|NZD|HKD|SGD|TWD|JPY|CNY|RMB|KRW|INR|PKR|BDT|LKR|NPR|PHP|IDR|MYR|THB|VND"
    "|AED|SAR|QAR|KWD|ILS|EGP|NGN|KES|GHS|ZAR|MAD|CHF|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|UAH|RUB"
    "|BRL|MXN|ARS|CLP|COP|PEN|UYU|JMD"
)
_SPECIFIC = {
    "US$": "USD", "AU$": "AUD", "A$": "AUD", "CA$": "CAD", "C$": "CAD", "NZ$": "NZD",
    "HK$": "HKD", "SG$": "SGD", "S$": "SGD", "NT$": "TWD", "MX$": "MXN", "R$": "BRL",
    "CN¥": "CNY", "€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₩": "KRW", "₴": "UAH",
    "₦": "NGN", "₱": "PHP", "₫": "VND", "฿": "THB", "₪": "ILS", "₺": "TRY", "zł": "PLN",
}  # fmt: skip
# One symbol, many currencies: the reading without a caller's word, then what a caller may mean.
_SHARED = {
    "$": ("USD", "USD AUD CAD NZD HKD SGD TWD MXN ARS CLP COP UYU JMD"),
    "¥": ("JPY", "JPY CNY"),
    "Rs": (None, "INR PKR LKR NPR"),
}
# Only a capital before hides a mark: "PLUS$5" is "$", "Starting atA$5" has lost its space.
SYMBOL = (
    r"(?:(?<![A-Z])(?:US|AU|CA|NZ|HK|SG|NT|MX|[ACSR]))?\$|(?:(?<![A-Z])CN)?¥"
    r"|[€£₹₽₩₴₦₱₫฿₪₺]|zł|(?<![A-Za-z])Rs\.?|₨"
)
# TRY is also an English verb: only beside a figure. Lower case is read for the commonest codes.
CODE = (
    rf"(?:(?<![A-Z])(?:{_CODES}|TRY(?=\s?[0-9])|(?<=[0-9]\s)TRY|(?<=[0-9])TRY)"
    r"|(?<![A-Za-z])(?i:usd|eur|gbp|inr))(?![A-Za-z])"
)


def currency_of(cell: str, marks: list[str], caller: str | None = None) -> str | None:
    """Name the currency of `cell`, whose amounts carry `marks`; `caller` is what the source says.

    A shared symbol takes the caller's meaning, and must be able to: "$" is no EUR.

    >>> currency_of("$5", ["$"]), currency_of("$5", ["$"], "AUD"), currency_of("5", [""], "EUR")
    ('USD', 'AUD', 'EUR')
    >>> currency_of("$50 CAD", ["$"]), currency_of("US$9", ["US$"], "AUD")
    ('CAD', 'USD')
    """
    codes = {code.upper().replace("RMB", "CNY") for code in re.findall(CODE, cell)}
    code = next(iter(codes), None)
    signs = {_meaning(sign, code, caller) for mark in marks for sign in re.findall(SYMBOL, mark)}
    if len(codes) > 1 or len(signs) > 1:
        raise ValueError(f"more than one currency: {cell[:60]!r}")
    return code or next(iter(signs), caller)


def _meaning(sign: str, code: str | None, caller: str | None) -> str | None:
    if sign in _SPECIFIC:
        return _SPECIFIC[sign]
    default, meanings = _SHARED["Rs" if sign[0] in "R₨" else sign]
    local = code or caller
    if local in meanings.split():
        return local
    if caller and not code:
        raise ValueError(f"{sign!r} cannot be the caller's {caller}")
    return default
