"""What the posts of Hacker News' hiring threads say in a settled form: side, remote, employment.

A post's header is its first line, or the first that begins with a SEEKING marker; its parts are
divided by "|" as a rule. Job seekers fill in lines of a
template: "Location:", "Remote:", "Technologies:", "Résumé/CV:", "Email:".
"""

from __future__ import annotations

import re

HEADER_CHARS = 300
TITLE_CHARS = 200
LABEL_CHARS, LABELS = 40, 40

_MARKER = re.compile(
    r"^\W{0,4}seeking\s{1,2}(?:(?P<supply>(?:freelance\s|contract\s|remote\s)?work)"
    r"|(?P<demand>freelancers?(?!\swork)))\b",
    re.IGNORECASE | re.MULTILINE,
)
_PARTS = re.compile(r"[|•·●;\n]|\s[-–—]{1,2}\s")
_NO_REMOTE = re.compile(
    r"\b(?:no|not|non)[\s-]remote\b|\bremote\b\W{0,3}(?:no|not)\b", re.IGNORECASE
)
_REMOTE = re.compile(
    r"(?:^|[|/,;(&+]|\b(?:or|and|fully|only|mostly|full[\s-]?time|contract|ft|100%)|[-–—]\s)"
    r"\W{0,3}(?:(?:fully|100%|all|mostly)\s)?remote\b"
    r"(?!\s(?:sens|control|desktop|access|monitor|patient|support|site|work(?:force|er|ing\b\s\w))"
    r"|\W{0,2}[0-9])",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"(?<!partial )(?<!partially )(?<!Partially )(?<!PARTIAL )\bREMOTE\b")
_ON_SITE = re.compile(r"\b(?:on[\s-]?site|in[\s-]office|in[\s-]person)\b", re.IGNORECASE)
_REMOTE_FIELD = re.compile(
    r"^\W{0,3}remote(?:\s(?:work|ok|friendly|only))?\W{0,2}[:?=]\W{0,3}(?P<said>\w[^\n|]{0,40})",
    re.IGNORECASE | re.MULTILINE,
)
_YES = re.compile(
    r"(?:y|yes|yep|yeah|sure|ok|okay|only|always|prefer(?:red|ence|ably)?|fully|full|100|true"
    r"|required|strongly|remote|ideally|either|both|possible|worldwide|absolutely|definitely)\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"(?:no|none|nope|not|never|false)\b(?!\s(?:pref|prob|issue|matter|required|nec))",
    re.IGNORECASE,
)
_ANYWHERE = {
    "full-time": re.compile(r"\bfull[\s-]?time\b", re.IGNORECASE),
    "part-time": re.compile(r"\bpart[\s-]?time\b", re.IGNORECASE),
}
_IN_PART = {
    "contract": re.compile(r"\bcontract(?:s|or|ors|ing)?\b", re.IGNORECASE),
    "freelance": re.compile(r"\bfreelanc(?:e|er|ers|ing)\b", re.IGNORECASE),
    "internship": re.compile(r"\bintern(?:s|ship|ships)?\b", re.IGNORECASE),
}
# A part of the header that holds nothing else says how one is employed; "Smart Contract Engineer"
# says what one does.
_EMPLOYMENT_WORD = re.compile(
    r"full|time|fulltime|part|parttime|contract(?:s|or|ors|ing)?|freelanc(?:e|er|ers|ing)|seeking"
    r"|intern(?:s|ship|ships)?|remote|onsite|on|site|hybrid|only|or|and|to|hire|permanent|perm"
    r"|positions?|roles?|w2|c2c|b2b|f(?:t|te)|pt|long|short|term|months?|weeks?|hours|hrs|ok|us|eu"
    r"|usa|uk|worldwide|global|paid|flexible|[0-9]+",
)
_CONTACT_LINE = re.compile(
    r"^\W{0,3}(?:e-?mails?|mail|contact|r[ée]sum[ée]|cv|linked\s?in|git\s?(?:hub|lab)|web\s?site|web"
    r"|site|portfolio|blog|home\s?page|phone|tel|telegram|skype|whats\s?app|twitter|x|mastodon"
    r"|bluesky|calendly|name|url|links?|more info|profile)\b[^:\n]{0,30}:",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"\b(?:https?://|www\.)\S+"
    r"|\b(?:[\w-]{1,63}\.){1,4}[a-z]{2,12}/\S*"
    r"|\b(?:[\w-]{1,63}\.){0,2}(?:linkedin|github|gitlab)\.(?:com|io)\b\S*",
    re.IGNORECASE,
)
_SKILLS = re.compile(
    r"^\W{0,3}(?:technologies|tech|tech stack|skills)\s?:\s?(?P<list>\S[^\n]*)",
    re.IGNORECASE | re.MULTILINE,
)


def header(text: str) -> str:
    """Return the line that says what the post is about, as far as a header goes."""
    marker = _MARKER.search(text)
    start = text.rfind("\n", 0, marker.start(marker.lastgroup)) + 1 if marker else 0
    return text[start:].split("\n", 1)[0][:HEADER_CHARS]


def marked_side(text: str) -> str | None:
    """Return "supply" or "demand" by the first SEEKING marker that begins a line.

    >>> marked_side("SEEKING WORK | Lisbon\\nSEEKING FREELANCER posts may write to me too")
    'supply'
    >>> marked_side("Designer here, SEEKING WORK") is None
    True
    """
    match = _MARKER.search(text)
    return match and match.lastgroup


def is_remote(text: str) -> bool | None:
    """Return what the "Remote:" line or the header says; None where they leave it open.

    >>> is_remote("Some Co | Paris | REMOTE"), is_remote("Some Co | ONSITE"), is_remote("Some Co")
    (True, False, None)
    """
    if field := _REMOTE_FIELD.search(text):
        if _NO.match(field["said"]):
            return False
        return True if _YES.match(field["said"]) or _SHOUTED.match(header(text)) else None
    line = header(text)
    if _NO_REMOTE.search(line):
        return False
    if _SHOUTED.search(line) or any(_REMOTE.search(part) for part in _PARTS.split(line)):
        return True
    # "2 days a week remote" beside "onsite" is neither.
    return False if _ON_SITE.search(line) and "remote" not in line.lower() else None


def employment(text: str) -> str | None:
    """Return the kinds of employment the header states.

    >>> employment("Some Co | Engineer | Full-time or Contract"), employment("Smart Contract Dev")
    ('full-time, contract', None)
    """
    line = header(text)
    found = [name for name, pattern in _ANYWHERE.items() if pattern.search(line)]
    plain = [part for part in _PARTS.split(re.sub(r"\([^)]*\)?", " ", line)) if _is_plain(part)]
    found += [name for name, form in _IN_PART.items() if any(form.search(p) for p in plain)]
    return ", ".join(found) or None


def _is_plain(part: str) -> bool:
    words = re.findall(r"\w+", part.lower())
    return all(_EMPLOYMENT_WORD.fullmatch(word) for word in words)


def without_contacts(text: str) -> str:
    """Return a job seeker's post without the lines and links that lead to the person."""
    lines = (line for line in text.split("\n") if not _CONTACT_LINE.match(line))
    return "\n".join(_LINK.sub("[removed]", line) for line in lines)


def technologies(text: str) -> list[str] | None:
    """Return the labels of a job seeker's "Technologies:" line.

    >>> technologies("Location: Rome\\nTechnologies: Go, C++; SQL")
    ['Go', 'C++', 'SQL']
    """
    match = _SKILLS.search(text)
    labels = (
        [label.strip(" .*\t") for label in re.split(r"[,;|•·]", match["list"])] if match else []
    )
    return [label for label in labels if 0 < len(label) <= LABEL_CHARS][:LABELS] or None
