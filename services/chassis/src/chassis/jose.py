"""Signed words (RFC 7515, compact), read strictly and in this one place: access tokens and clients' assertions alike.

A reader that forgives lets two programs read one text in two ways, or one token be written in many. So a text is
refused that is not written exactly as a signer writes it: characters outside of base64url, which Python's own reader
passes over, bits behind the last byte, a member that stands twice, `NaN` and `Infinity`.
"""

import base64
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry
from pydantic import Field, Strict

from chassis import request_checks
from chassis.problems import Problem

LONGEST = 8000
"""Characters of the longest text that is looked at."""
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
FOREIGN = frozenset({"jwk", "jku", "x5u", "x5c", "crit", "b64", "zip"})
"""Members of a header that bring a key, point to one, or change how the rest is read."""
NO_NAMES = request_checks.KnownNames()

NumericDate = Annotated[float, Strict(), Field(ge=0, lt=2**53, allow_inf_nan=False)]
"""RFC 7519 §2: seconds since 1970. Text is none, nor is `true`, which Python takes for 1."""


class NotReadable(ValueError):
    """The text is nothing signed, or says nothing that can be read. Nothing of it is repeated here."""


@dataclass(frozen=True)
class SignedText:
    """What was sent, not believed yet.

    Shape: `covered` is what `signature` stands for, header and payload as they were sent.
    """

    header: dict[str, Any]
    payload: bytes
    covered: bytes
    signature: bytes

    @property
    def alg(self) -> str:
        return str(self.header["alg"])

    def brings_key(self) -> bool:
        """Whether the header brings or names a key of its own, or asks to be read otherwise (CVE-2026-27962)."""
        return not FOREIGN.isdisjoint(self.header)

    def claims(self) -> dict[str, Any]:
        """Errors: NotReadable when the payload is no JSON object that reads in one way only."""
        return _read_object(self.payload)

    def signed_by(self, key: Key, algorithms: Collection[str]) -> bool:
        """Whether this key signed it by one of these algorithms, which are the key's and not the header's choice."""
        if self.alg not in algorithms:
            return False
        # The algorithm itself, since joserfc's readers would take the text again, and take it leniently.
        algorithm = JWSRegistry.algorithms[self.alg]
        try:
            algorithm.check_key(key)
            return bool(algorithm.verify(self.covered, self.signature, key))
        except (JoseError, ValueError):
            return False


def read_signed(text: str) -> SignedText:
    """Take a compact text apart. Errors: NotReadable for what is not written as RFC 7515 §3.1 has it."""
    if len(text) > LONGEST or not COMPACT.fullmatch(text):
        raise NotReadable()
    covered, _, signature = text.rpartition(".")
    header, _, payload = covered.partition(".")
    stated = _read_object(_read_base64url(header))
    if not all(isinstance(stated.get(name, ""), str) for name in ("alg", "kid", "typ")) or "alg" not in stated:
        raise NotReadable()
    return SignedText(stated, _read_base64url(payload), covered.encode(), _read_base64url(signature))


def _read_base64url(text: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise NotReadable() from None
    # The last character may hold bits that say nothing: with them one token could be written in four ways.
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise NotReadable()
    return raw


def _read_object(raw: bytes) -> dict[str, Any]:
    try:
        request_checks.check_json(raw, lambda: NO_NAMES)
        read = orjson.loads(raw)
    except (ValueError, Problem):
        raise NotReadable() from None
    if not isinstance(read, dict):
        raise NotReadable()
    return read
