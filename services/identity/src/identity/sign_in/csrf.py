"""The form is only taken from the browser to which it was given, for the request for which it was given."""

import hashlib
import hmac
import secrets
import time

GOOD_FOR = 3600


def make_nonce(key: bytes) -> str:
    """Shape: a random word and a signature over it."""
    word = secrets.token_urlsafe(24)
    return f"{word}.{_sign(key, 'nonce', word)}"


def own_nonce(key: bytes, given: str | None) -> str:
    """The browser's nonce if it was made here, else a new one: a cookie may hold anything, and is sent back."""
    word, _, signature = (given or "").partition(".")
    own = hmac.compare_digest(signature.encode(), _sign(key, "nonce", word).encode())
    return given if given and own else make_nonce(key)


def make_token(key: bytes, nonce: str, query: str) -> str:
    """Shape: the second at which it was made, and a signature over it, the browser's nonce and the request."""
    made = str(int(time.time()))
    return f"{made}.{_sign(key, made, nonce, query)}"


def is_good(key: bytes, token: str, nonce: str, query: str) -> bool:
    made, _, signature = token.partition(".")
    if not nonce or not made.isascii() or not made.isdigit() or len(made) > 12:
        return False
    fresh = 0 <= time.time() - int(made) <= GOOD_FOR
    return hmac.compare_digest(signature.encode(), _sign(key, made, nonce, query).encode()) and fresh


def _sign(key: bytes, *parts: str) -> str:
    # Lengths stand before the parts, so that none can borrow from its neighbour.
    message = "".join(f"{len(part)}:{part}" for part in parts)
    return hmac.new(key, message.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
