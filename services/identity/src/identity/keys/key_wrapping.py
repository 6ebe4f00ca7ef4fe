"""Key wrapping: one secret, outside the database, from which the others of this program are made."""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.settings import write_private

NONCE = 12
FORMER_NAME = "identity.seal"
"""What the file was called up to release 0.1. A new key in its place would lock every signing key that is there."""
log = structlog.get_logger()


class KeyWrapping:
    """Encrypts private keys (AES-256-GCM) under the wrapping key, and gives each other use a key of its own."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def at(cls, path: Path) -> "KeyWrapping":
        """The wrapping key in this file, made anew when there is none. It is all that a backup must keep apart."""
        path = find_key_file(path)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_private(path, secrets.token_hex(32))
        return cls(bytes.fromhex(path.read_text().strip()))

    def key_for(self, use: str) -> bytes:
        """A key of 256 bits that tells nothing about those of other uses."""
        return hmac.new(self._secret, use.encode(), hashlib.sha256).digest()

    def wrap(self, plain: bytes, label: str) -> str:
        """Encrypt; what comes out can only be unwrapped under the same label."""
        nonce = os.urandom(NONCE)
        wrapped = AESGCM(self.key_for("private keys")).encrypt(nonce, plain, label.encode())
        return base64.b64encode(nonce + wrapped).decode()

    def unwrap(self, wrapped: str, label: str) -> bytes:
        """Errors: ValueError when it was wrapped elsewhere, under another label, or changed since."""
        raw = base64.b64decode(wrapped)
        try:
            return AESGCM(self.key_for("private keys")).decrypt(raw[:NONCE], raw[NONCE:], label.encode())
        except InvalidTag:
            raise ValueError("A signing key was wrapped under another wrapping key than identity now has") from None


def find_key_file(path: Path) -> Path:
    """This file, or where it is missing the one of the former name beside it."""
    former = path.with_name(FORMER_NAME)
    if path.exists() or not former.exists():
        return path
    log.warning("wrapping key has its former name; rename the file", file=str(former), to=path.name)
    return former
