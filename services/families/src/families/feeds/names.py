"""Names as people write them, and what is written where a name is not known."""

import re
import unicodedata

_APOSTROPHES = dict.fromkeys(map(ord, "ʼʻʹʽ′´`‘＇ꞌ"), "’")
_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_BLANKS = dict.fromkeys(map(ord, "\xa0\u2007\u202f"), " ")
_ALIKE = _APOSTROPHES | _HYPHENS | _BLANKS
_SIGNS = frozenset(" -'’.,·()[]/\u200c\u200d")
"""Beside letters and marks: `St. John`, `Katherine (Katie)`, `Ali/Aly`, `Anna-Maria`, `Gal·la`; the two without width
join letters in Persian and Hindi."""

NO_NAMES = frozenset(
    (
        *("unknown", "unk", "notknown", "nameunknown", "unknownname", "noknownname", "nk", "n/k", "notgiven"),
        *("notprovided", "notrecorded", "notstated", "notavailable", "notsupplied", "withheld", "null", "none", "nil"),
        *("n/a", "tbc", "tba", "tobeconfirmed", "toberegistered", "nfn", "noforename", "nosurname", "noname"),
        *("unnamed", "anon", "anonymous", "x", "xx", "xxx", "xxxx", "unborn", "unbornchild", "unbornbaby"),
        "babyunknown",
    )
)
"""Without spaces and signs, and in lower case. `Baby` is none of them: it is a name in use, and so is `Na`."""


def is_no_name(text: str) -> bool:
    """Whether something stands here because a name was not known."""
    bare = "".join(c for c in text.casefold() if c.isalpha() or c == "/").strip("/")
    return bare in NO_NAMES or not any(c.isalnum() for c in text)


def alike(text: str) -> str:
    """With one apostrophe, one hyphen and one blank for all that look so: `O´Brien`, `Ann–Marie`."""
    return re.sub(" +", " ", text.translate(_ALIKE)).strip()


def is_name(text: str) -> bool:
    """Whether somebody can be called so. A spreadsheet must not take it for a formula, so it begins with no hyphen."""
    marks = all(c.isalpha() or c in _SIGNS or unicodedata.category(c).startswith("M") for c in text)
    return marks and any(c.isalpha() for c in text) and not text.startswith("-")
