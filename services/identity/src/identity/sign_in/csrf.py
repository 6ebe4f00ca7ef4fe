"""The form is only taken from the browser to which it was given, for the request for which it was given."""

import hashlib
import hmac
import secrets
import time

GOOD_FOR = 3600


def make_nonce() -> str:
    return secrets.token_urlsafe(24)


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
