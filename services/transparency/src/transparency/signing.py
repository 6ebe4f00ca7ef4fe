"""Heads are signed as RFC 6962 §3.5 says, with ECDSA on P-256 and SHA-256, by a key of the program's own."""

import hashlib
import secrets
import struct
from functools import cached_property

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from chassis.settings import ServiceSettings, write_private

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group P-256. A secret file holds 64 random hex digits, as those of the other secrets do."""


class SigningKey:
    """The key that signs a program's heads."""

    def __init__(self, secret: str) -> None:
        self._key = ec.derive_private_key(int(secret, 16) % (ORDER - 1) + 1, ec.SECP256R1())

    def sign(self, at: int, size: int, root: bytes) -> bytes:
        return self._key.sign(head_input(at, size, root), ec.ECDSA(SHA256()))

    @cached_property
    def public(self) -> bytes:
        """As SubjectPublicKeyInfo in DER; its SHA-256 is the log's id, as in RFC 6962 §3.2."""
        return self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def head_input(at: int, size: int, root: bytes) -> bytes:
    """What is signed: version 1, signature of a tree head, time in milliseconds, size, root. Source: RFC 6962 §3.5."""
    return struct.pack(">BBQQ", 0, 1, at, size) + root


def is_signed(key: bytes, at: int, size: int, root: bytes, signature: bytes) -> bool:
    """Whether a head bears the key's signature. A key that is none has signed nothing."""
    try:
        public = load_der_public_key(key)
        if not isinstance(public, ec.EllipticCurvePublicKey):
            return False
        public.verify(signature, head_input(at, size, root), ec.ECDSA(SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, struct.error):
        return False
    return True


def log_id(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()


def load_key(settings: ServiceSettings) -> SigningKey:
    """The program's key, `<program>.log-key` among the secrets; made anew on a laptop.

    Errors: OSError where it lacks and the secrets' folder is not ours to write, as in a cluster.
    """
    path = settings.secrets_folder / f"{settings.name}.log-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, secrets.token_hex(32))
    return SigningKey(path.read_text().strip())
