"""Somebody who is nobody: words so unusual that where one is found, it was repeated."""

import html
import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import httpx

FORENAME, SURNAME = "Zebulonia", "O'Quexworthy-Fenbräck"
NINO, UPN, NHS = "ZY654321C", "R000876543217", "9434765919"
POSTCODE, ADDRESS, BORN = "ZZ98 7QX", "17 Quagmire Ropewalk", "1931-08-29"
EMAIL, PHONE = "zebulonia.quexworthy@nowhere.example", "07700900847"

MADE_UP = "zebulonia_quexworthy"
"""A name as our own members and fields are written."""

CANARIES = (FORENAME, SURNAME, NINO, UPN, NHS, POSTCODE, ADDRESS, BORN, EMAIL, PHONE, MADE_UP)
ASCII = tuple(word for word in CANARIES if word.isascii())
"""What a header can carry."""


def _spellings(word: str) -> set[str]:
    raw = word.encode()
    plain = {word, word.replace(" ", ""), quote(word), quote_plus(word), json.dumps(word)[1:-1], html.escape(word)}
    plain |= {ascii(word)[1:-1], raw.decode("latin-1")}
    # Their first letters depend on what stood before; what is long enough to be found anywhere, is looked for.
    return {*plain, *(one.lower() for one in plain), b64encode(raw).decode(), urlsafe_b64encode(raw).decode()}


SPELLINGS = {word: _spellings(word) for word in CANARIES}


def found(text: str) -> list[str]:
    """The canaries that a text repeats, in whatever spelling."""
    return [word for word, spellings in SPELLINGS.items() if any(spelling in text for spelling in spellings)]


def echoed(answer: httpx.Response) -> list[str]:
    """The canaries that an answer repeats, in its body or a header."""
    return found("\n".join([answer.text, *(f"{name}: {value}" for name, value in answer.headers.items())]))
