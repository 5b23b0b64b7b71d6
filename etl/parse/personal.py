"""Ways to reach a person, taken out of listing text before it is kept or shown.

Better a harmless word lost than an address kept; but prices, years, dates, ids and versions stay.
Every pattern starts only where a token starts and repeats a bounded number of times, so the work
grows with the length of the text whatever the text is.
"""

import re
from collections.abc import Callable

REMOVED = "[removed]"

_AT = "[@\uff20\ufe6b]"  # the sign, and what East Asian keyboards write for it
_BOXED_AT = r"\s?[\[({<]\s?(?:at|@)\s?[\])}>]\s?"
_DOT = r"(?:\.|\s?[\[({<]\s?(?:dot|\.)\s?[\])}>]\s?|\s{1,2}dot\s{1,2})"
_LOCAL = rf"(?<![\w.%+-])(?:[\w%+-]++{_DOT}){{0,3}}[\w.%+-]++"
_HOST = r"[\w-]++"
_MAIL_HOSTS = r"(?:yahoo|hotmail|outlook|icloud|proton(?:mail)?)"
# What is stuck to an address or handle belongs to it.
_REST = r"(?:[@.%+-]{0,4}\w+)*+"
_EMAILS = [
    rf"{_LOCAL}{_AT}{_HOST}(?:{_DOT}{_HOST}){{1,6}}{_REST}",
    rf"{_LOCAL}{_BOXED_AT}{_HOST}(?:{_DOT}{_HOST}){{0,6}}{_REST}",
    rf"{_LOCAL}\s{{1,2}}at\s{{1,2}}{_HOST}(?:\s{{1,2}}dot\s{{1,2}}{_HOST}){{1,4}}",
    rf"{_LOCAL}\s{{1,2}}at\s{{1,2}}(?:gmail(?:{_DOT}com)?|{_MAIL_HOSTS}{_DOT}(?:com|me))\b",
    rf"{_LOCAL}\s{{0,2}}{_AT}\s{{1,2}}(?!www\.)(?:[a-z0-9-]{{1,40}}\.){{1,4}}(?!js\b)[a-z]{{2,12}}\b(?!/)",
    r"(?P<keep>(?<![a-z])(?:e?-?mail|mailto|cv|resume|r\u00e9sum\u00e9|message)s?\W{1,3}"
    r"(?:(?:me|is|to)\W{1,3}){0,2})(?!(?:us|me|you|him|her|them|out|work|address)\s)"
    r"[\w.+-]{1,64}\s{1,2}at\s{1,2}(?:[a-z0-9-]{1,40}\.){1,4}[a-z]{2,12}\b",
]
_REST_OF_LINK = r"[^\s<>\[\]()\"']*(?<![.,;:!?])"
_SITE = r"(?<![\w.-])(?:https?://)?(?:www\.)?"
_LINKS = (
    rf"{_SITE}(?:t\.me|telegram\.me|wa\.me|m\.me"
    rf"|(?:api|chat)\.whatsapp\.com|join\.skype\.com)/{_REST_OF_LINK}"
)
# Links to a person's page; a repository, a group or a firm's page is none.
_PROFILES = (
    rf"{_SITE}(?:(?:[a-z]{{2,3}}\.)?linkedin\.com/(?:in|pub)|calendly\.com)/\w{_REST_OF_LINK}"
    rf"|{_SITE}(?:mobile\.)?(?:twitter|x)\.com/(?!(?:intent|search|share|hashtag|home|i|login)\b)"
    rf"\w{_REST_OF_LINK}"
    rf"|{_SITE}(?:github|gitlab)\.com/"
    r"(?!(?:features|about|topics|marketplace|login|pricing|explore)\b)"
    r"[\w-]{1,39}+/?(?![\w/-])"
)
_CHATS = r"(?:telegram|discord|wechat|signal|whatsapp)"
_CHAT_ID = rf"(?<![A-Za-z]){_CHATS}(?:\s(?:id|username|user|name|handle|contact))?"
# A name that has a digit or the like in it, or is the last word of its line: the others are prose.
_CHAT_NAME = (
    rf"(?P<keep>{_CHAT_ID}(?:\s?[:=]\s{{0,2}}|\sis:?\s))"
    r"(?:(?=[a-z._-]{1,32}[0-9_#]|_)[\w.#-]{4,64}(?<![.-])"
    r"|(?<!\bis\s)(?<!\bis:\s)[a-z][a-z.]{3,32}(?<!\.)(?=\.?\s{0,2}(?:[\n|]|$)))"
)
_DISCORD = (
    r"(?P<keep>(?<![A-Za-z])discord\W{1,3}(?:(?:is|id|tag|me|at|on)\W{1,3}){0,2})"
    r"[\w.]{2,32}#[0-9]{4}(?![0-9])"
)
_SKYPE = (
    r"(?<![A-Za-z])skype(?:\s?(?:id|name|username|handle))?\s?[:=]\s?(?:id\s)?@?[\w.:,-]{3,64}"
    r"|(?<![A-Za-z])skype\s(?:id\s)?(?:is\s)?(?=[a-z._-]{0,32}[0-9])[\w.:-]{4,64}"
    r"|(?<![A-Za-z])live:[\w.-]{3,64}"
)
# Words of code that begin like a handle: rules of style sheets, scopes of npm's packages.
_CODE = (
    r"(?!@(?:(?:media|import|font-face|keyframes|supports|charset|override|autowired)(?![\w@]|\.\w)"
    r"|(?:angular|types|babel|nestjs|mui|reduxjs|tanstack|ngrx|ionic|prisma|vue|react-native)/))"
)
_HANDLE = rf"(?<![\w@])(?:{_CODE}@[A-Za-z_]\w++{_REST})+"
_DIGITS = r"(?:[ .()/\-\u00a0\u2010-\u2015]{0,3}[0-9]){7,14}(?![0-9])"
_PLUS = rf"(?<![0-9A-Za-z+])(?:\+\s?\(?[1-9]{_DIGITS})+"
_AMERICAN = (
    r"(?:\([2-9][0-9]{2}\)\s?|(?<![\w.,$€£/=+-])(?:1[ .-])?[2-9][0-9]{2}[ .-])"
    r"[0-9]{3}[ .-][0-9]{4}(?![\w-]|\.\w)"
)
_ALONE, _ENDS = r"(?<![\w.,$€£/=+:-])(?<!isbn )", r"(?![\w-]|\.\w)"
# Numbers that begin with the 0 of a country's own calls, or the 00 of calls abroad.
_TRUNK = (
    rf"{_ALONE}(?:\(0[0-9]{{1,4}}\)\s?[0-9]{{2,8}}(?:[ /-][0-9]{{2,8}}){{0,3}}+"
    r"|0(?:(?!00)[0-9]{2,4}(?:(?:[ /-]|\s/\s)[0-9]{2,8}){1,4}+"
    r"|[1-9](?:(?P<by>[ .-])[0-9]{2}(?:(?P=by)[0-9]{2}){3}"
    r"|[ /-](?!(?:19|20)[0-9]{2}(?![0-9]))[0-9]{3,4}[ -]?[0-9]{3,4}|[0-9]{8,9})"
    r"|0[1-9][0-9]{0,2}(?:[ .-]{1,2}\(?[0-9]{1,8}\)?){2,6}|0[1-9][0-9]{9,12}))"
    rf"{_ENDS}"
)
# A mobile number of India, bare; a rounder figure or one behind "id" or "#" is something else.
_BARE = (
    rf"{_ALONE}(?<![#~_])(?<!\bid )(?<!\bid: )(?<!\bno )(?<!\bno\. )"
    rf"(?:91)?[6-9](?![0-9]*(?:000|99999))[0-9]{{9}}{_ENDS}(?!\s?(?:usd|inr|eur|gbp|pkr|rs|[$€£%]))"
)
_COUNTRY = rf"{_ALONE}[1-9][0-9]{{0,2}}(?:[ -][0-9]{{2,5}}){{1,4}}[ -][0-9]{{4,7}}{_ENDS}"
_CALLED = (
    r"(?P<keep>(?<![A-Za-z])(?:whats\s?app|phone|tel|telephone|call|mobile|cell|viber|signal"
    r"|telegram|text|sms|contact|imo)\b\W{0,4}"
    r"(?:(?:me|us|at|on|number|num|no|is|app|id)\b\W{0,4}){0,3})"
    rf"(?<![$€£])[0-9]{_DIGITS}"
)
# A text without one of a pattern's signs cannot match it, and these are cheap to look for.
_SIGNS = (
    (_LINKS, ("t.me/", "telegram.me/", "wa.me/", "m.me/", "whatsapp.com/", "join.skype.com/")),
    (
        _PROFILES,
        ("linkedin.com/", "github.com/", "gitlab.com/", "calendly.com/", "twitter.com/", "x.com/"),
    ),
    (_EMAILS[0], ("@", "\uff20", "\ufe6b")),
    (_EMAILS[1], re.compile(r"[\[({<] ?(?:at|@) ?[\])}>]")),
    (_EMAILS[2], (" dot ",)),
    (_EMAILS[3], ("gmail", "yahoo", "hotmail", "outlook", "icloud", "proton")),
    (_EMAILS[4], ("@ ",)),
    (_EMAILS[5], re.compile(r" at [a-z0-9-]+\.[a-z]")),
    (_SKYPE, ("skype", "live:")),
    (_CHAT_NAME, ("telegram", "discord", "wechat", "signal", "whatsapp")),
    (_DISCORD, ("discord",)),
    (_HANDLE, ("@",)),
)


def _finder(signs: tuple[str, ...] | re.Pattern[str]) -> Callable[[str], object]:
    """Return what says whether a text may match; `in` is faster than any pattern."""
    if isinstance(signs, re.Pattern):
        return signs.search
    return lambda text: any(sign in text for sign in signs)


_WIPED = [
    (
        re.compile(pattern, re.IGNORECASE),
        rf"\g<keep>{REMOVED}" if "(?P<keep>" in pattern else REMOVED,
        _finder(signs),
    )
    for pattern, signs in _SIGNS
]
_NUMBERED = [
    (re.compile(pattern, re.IGNORECASE), least)
    for pattern, least in (
        (_PLUS, 8),
        (_AMERICAN, 10),
        (_TRUNK, 8),
        (_BARE, 10),
        (_COUNTRY, 11),
        (_CALLED, 8),
    )
]
# Digits and what may stand between them, eight characters or more: every number needs such a run.
_LONG_RUN = re.compile(r"[0-9][0-9 .()/\-\u00a0\u2010-\u2015]{7,}+")
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
    folded = " ".join(text.lower().split())
    for pattern, instead, has in _WIPED:
        if has(folded):
            text = pattern.sub(instead, text)
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
