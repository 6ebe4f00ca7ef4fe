"""Devices with which somebody has signed in before, told by a cookie that is signed here and kept nowhere.

Guesses from elsewhere count for elsewhere: they do not keep the right person waiting on a device of theirs. The cookie
opens nothing. Whoever steals it may guess as slowly as anybody, and does not see whose it is.
"""

import hashlib
import hmac
import secrets
import time
from typing import NamedTuple

MOST = 5
"""People who share a device."""
LONGEST = 700


class Entry(NamedTuple):
    """Shape: `device` is a random word, `made` a second, `address` a keyed digest of whose device it is."""

    device: str
    made: str
    address: str


def find_device(key: bytes, cookie: str | None, email_key: str, good_for: int) -> str | None:
    """The device's word, if somebody has signed in there at this address. Units: `good_for` in seconds."""
    address = _digest(key, "address", email_key)
    for entry in _entries(key, cookie):
        if entry.address == address and 0 <= time.time() - int(entry.made) <= good_for:
            return entry.device
    return None


def add_device(key: bytes, cookie: str | None, email_key: str) -> str:
    """The cookie by which this device is known at this address too."""
    address, held = _digest(key, "address", email_key), _entries(key, cookie)
    device = next((entry.device for entry in held if entry.address == address), secrets.token_urlsafe(16))
    entry = Entry(device, str(int(time.time())), address)
    others = [entry for entry in held if entry.address != address]
    body = "~".join(":".join(each) for each in [entry, *others][:MOST])
    return f"{body}.{_digest(key, 'devices', body)}"


def is_ours(key: bytes, cookie: str | None) -> bool:
    """Whether the cookie was made here, at whichever address."""
    return bool(_entries(key, cookie))


def _entries(key: bytes, cookie: str | None) -> list[Entry]:
    """What a cookie says that was made here; a cookie may hold anything, and part of it is sent back."""
    body, _, signature = (cookie or "").rpartition(".")
    if not hmac.compare_digest(signature.encode(), _digest(key, "devices", body).encode()):
        return []
    return [Entry(*text.split(":")) for text in body.split("~")]


def _digest(key: bytes, use: str, text: str) -> str:
    return hmac.new(key, f"{use} {text}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
