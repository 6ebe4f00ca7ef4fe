"""The seal: one secret, outside the database, from which the others of this program are made."""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.settings import write_private

NONCE = 12


class Seal:
    """Encrypts private keys (AES-256-GCM), and gives each other use a key of its own."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def at(cls, path: Path) -> "Seal":
        """The seal in this file, made anew when there is none. The file is all that a backup must keep apart."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_private(path, secrets.token_hex(32))
        return cls(bytes.fromhex(path.read_text().strip()))

    def key_for(self, use: str) -> bytes:
        """A key of 256 bits that tells nothing about those of other uses."""
        return hmac.new(self._secret, use.encode(), hashlib.sha256).digest()

    def close(self, plain: bytes, label: str) -> str:
        """Encrypt; what comes out can only be opened under the same label."""
        nonce = os.urandom(NONCE)
        sealed = AESGCM(self.key_for("private keys")).encrypt(nonce, plain, label.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, label: str) -> bytes:
        """Errors: ValueError when it was sealed elsewhere, under another label, or changed since."""
        raw = base64.b64decode(sealed)
        try:
            return AESGCM(self.key_for("private keys")).decrypt(raw[:NONCE], raw[NONCE:], label.encode())
        except InvalidTag:
            raise ValueError("A signing key was sealed under another seal file than identity now has") from None
