"""Ways to reach a person, taken out of listing text before it is kept or shown.

Better a harmless word lost than an address kept; but prices, years, dates, ids and versions stay.
Every pattern starts only where a token starts and repeats a bounded number of times, so the work
grows with the length of the text whatever the text is.
"""

import re

REMOVED = "[removed]"

_BOXED_AT = r"\s?[\[({<]\s?(?:at|@)\s?[\])}>]\s?"
_DOT = r"(?:\.|\s?[\[({<]\s?(?:dot|\.)\s?[\])}>]\s?|\s{1,2}dot\s{1,2})"
_LOCAL = rf"(?<![\w.%+-])(?:[\w%+-]++{_DOT}){{0,3}}[\w.%+-]++"
_HOST = r"[\w-]++"
_MAIL_HOSTS = r"(?:yahoo|hotmail|outlook|icloud|proton(?:mail)?)"
# What is stuck to an address or handle belongs to it.
_REST = r"(?:[@.%+-]{0,4}\w+)*+"
_EMAILS = [
    rf"{_LOCAL}@{_HOST}(?:{_DOT}{_HOST}){{1,6}}{_REST}",
    rf"{_LOCAL}{_BOXED_AT}{_HOST}(?:{_DOT}{_HOST}){{0,6}}{_REST}",
    rf"{_LOCAL}\s{{1,2}}at\s{{1,2}}{_HOST}(?:\s{{1,2}}dot\s{{1,2}}{_HOST}){{1,4}}",
    rf"{_LOCAL}\s{{1,2}}at\s{{1,2}}(?:gmail(?:{_DOT}com)?|{_MAIL_HOSTS}{_DOT}(?:com|me))\b",
]
_LINKS = (
    r"(?<![\w.-])(?:https?://)?(?:www\.)?(?:t\.me|telegram\.me|wa\.me|m\.me"
    r"|(?:api|chat)\.whatsapp\.com|join\.skype\.com)/[^\s<>\[\]()\"']*(?<![.,;:!?])"
)
_SKYPE = (
    r"(?<![A-Za-z])skype(?:\s?(?:id|name|username|handle))?\s?[:=]\s?(?:id\s)?@?[\w.:,-]{3,64}"
    r"|(?<![A-Za-z])skype\s(?:id\s)?(?:is\s)?(?=[a-z._-]{0,32}[0-9])[\w.:-]{4,64}"
    r"|(?<![A-Za-z])live:[\w.-]{3,64}"
)
_HANDLE = rf"(?<![\w@])(?:@[A-Za-z_]\w++{_REST})+"
_DIGITS = r"(?:[ .()/\-\u00a0\u2010-\u2015]{0,3}[0-9]){7,14}(?![0-9])"
_PLUS = rf"(?<![0-9A-Za-z+])(?:\+\s?\(?[1-9]{_DIGITS})+"
_AMERICAN = (
    r"(?:\([2-9][0-9]{2}\)\s?|(?<![\w.,$€£/=+-])(?:1[ .-])?[2-9][0-9]{2}[ .-])"
    r"[0-9]{3}[ .-][0-9]{4}(?![\w-]|\.\w)"
)
_TRUNK = r"(?<![\w.,$€£/=+:-])0(?!00)[0-9]{2,4}(?:[ /-][0-9]{2,8}){1,4}+(?![\w-]|\.\w)"
_COUNTRY = r"(?<![\w.,$€£/=+:-])[1-9][0-9]{0,2}(?:[ -][0-9]{2,5}){1,4}[ -][0-9]{4,7}(?![\w-]|\.\w)"
_CALLED = (
    r"(?P<keep>(?<![A-Za-z])(?:whats\s?app|phone|tel|telephone|call|mobile|cell|viber|signal"
    r"|telegram|text|sms|contact|imo)\b\W{0,4}"
    r"(?:(?:me|us|at|on|number|num|no|is|app|id)\b\W{0,4}){0,3})"
    rf"(?<![$€£])[0-9]{_DIGITS}"
)
# A text without one of a pattern's signs cannot match it, and these are cheap to look for.
_SIGNS = (
    (_LINKS, ("t.me/", "telegram.me/", "wa.me/", "m.me/", "whatsapp.com/", "join.skype.com/")),
    (_EMAILS[0], ("@",)),
    (_EMAILS[1], tuple(a + b + at for a in "[({<" for b in ("", " ") for at in ("at", "@"))),
    (_EMAILS[2], (" dot ",)),
    (_EMAILS[3], ("gmail", "yahoo", "hotmail", "outlook", "icloud", "proton")),
    (_SKYPE, ("skype", "live:")),
    (_HANDLE, ("@",)),
)
_WIPED = [(re.compile(pattern, re.IGNORECASE), signs) for pattern, signs in _SIGNS]
_NUMBERED = [
    (re.compile(pattern, re.IGNORECASE), least)
    for pattern, least in ((_PLUS, 8), (_AMERICAN, 10), (_TRUNK, 8), (_COUNTRY, 11), (_CALLED, 8))
]
# Digits and what may stand between them, eight characters or more: every number needs such a run.
_LONG_RUN = re.compile(r"[0-9][0-9 .()/\-\u00a0\u2010-\u2015]{7,}+")
_SPACE = re.compile(r"[^\S ]")
_YEARS = re.compile(r"(?:(?:19|20)[0-9]{2}[^0-9]*)+")
_DATE = re.compile(
    r"(?<![0-9])(?:(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
    r"|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:19|20)[0-9]{2})(?![0-9])"
)
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[ .-][0-9]{3})+")


def drop_personal(text: str) -> str:
    """Replace e-mail addresses, phone numbers, handles and chat ids by "[removed]".

    >>> drop_personal("Mail jo [at] site [dot] com or call +44 20 7946 0000, budget $1,500-2,000")
    'Mail [removed] or call [removed], budget $1,500-2,000'
    >>> drop_personal("Skype: live:some.one, 2019-2020, version 10.0.19041.1234")
    '[removed] 2019-2020, version 10.0.19041.1234'
    """
    while (cleaned := _once(text)) != text:  # a removal can uncover a neighbour
        text = cleaned
    return text


def _once(text: str) -> str:
    folded = _SPACE.sub(" ", text.lower())
    for pattern, signs in _WIPED:
        if any(sign in folded for sign in signs):
            text = pattern.sub(REMOVED, text)
    if not _LONG_RUN.search(text):
        return text
    for pattern, least in _NUMBERED:
        text = pattern.sub(lambda match, least=least: _number(match, least), text)
    return text


def _number(match: re.Match[str], least: int) -> str:
    keep = match.groupdict().get("keep") or ""
    figure = match[0][len(keep) :]
    digits = sum(char.isdigit() for char in figure)
    if digits < least or any(form.fullmatch(figure) for form in (_YEARS, _THOUSANDS)):
        return match[0]
    return match[0] if _DATE.search(figure) else keep + REMOVED
