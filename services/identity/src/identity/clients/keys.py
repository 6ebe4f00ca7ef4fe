"""Clients' public keys: what is taken for one. P-256 and Ed25519 have one size; RSA has a least and a most."""

import base64
from collections.abc import Mapping
from math import gcd, isqrt, prod
from typing import Annotated, Any, Literal, Self

from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from pydantic import Field, Strict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chassis.schemas import Flag, Schema

PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""RFC 7518 §6: whoever sends one of these has given a secret away."""

MEMBERS: tuple[str, ...] = ("kty", "crv", "x", "y", "n", "e")
OF_KIND = {"EC": {"crv", "x", "y"}, "OKP": {"crv", "x"}, "RSA": {"n", "e"}}
CURVES = {"EC": "P-256", "OKP": "Ed25519", "RSA": None}
ALGORITHMS = {"EC": ("ES256",), "OKP": ("Ed25519", "EdDSA"), "RSA": ("RS256", "PS256")}
"""What keys of a kind sign with. `EdDSA` is what Ed25519 was called before RFC 9864."""
RSA_BITS = range(2048, 4097)
"""Less is within reach of an attacker (NIST SP 800-131A); more costs us time at each token."""
_SMALL_PRIMES = prod(n for n in range(3, 1000) if all(n % d for d in range(2, isqrt(n) + 1)))

_P = 2**255 - 19
_SMALL_ORDER = frozenset(
    {
        0,
        1,
        _P - 1,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
        _P - 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)
"""y of Ed25519's eight points of small order: under such a key anybody can sign. Source: RFC 7748 §7, libsodium."""

Coordinate = Annotated[str, Strict(), StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]


Modulus = Annotated[str, Strict(), StringConstraints(pattern=r"^[A-Za-z0-9_-]{342,683}$")]


class PublicJwk(Schema):
    """A public key as RFC 7517 writes it: `EC` with `P-256`, `OKP` with `Ed25519`, or `RSA` of 2048 to 4096 bits.

    Shape: `kid` is what the client writes into its assertions; left out, it is the key's thumbprint (RFC 7638). An RSA
    key signs by the one algorithm that `alg` names, or by either where it is left out.
    """

    kty: Literal["EC", "OKP", "RSA"]
    crv: Literal["P-256", "Ed25519"] | None = None
    x: Coordinate | None = None
    y: Coordinate | None = None
    n: Modulus | None = None
    e: Literal["AQAB"] | None = None
    kid: Annotated[str, Strict(), StringConstraints(pattern=r"^[!-~]{1,200}$")] | None = None
    alg: Literal["ES256", "Ed25519", "EdDSA", "RS256", "PS256"] | None = None
    use: Literal["sig"] | None = None
    key_ops: Annotated[list[Literal["verify"]], Field(max_length=1)] | None = None
    ext: Flag | None = None

    @model_validator(mode="before")
    @classmethod
    def nothing_private(cls, given: Any) -> Any:
        if isinstance(given, dict) and PRIVATE & set(given):
            raise PydanticCustomError(
                "private_key", "Should be the public key alone. The key that was sent is known to others now: drop it"
            )
        return given

    @model_validator(mode="after")
    def is_a_key(self) -> Self:
        given = {name for name in MEMBERS[1:] if getattr(self, name) is not None}
        fits = given == OF_KIND[self.kty] and self.crv == CURVES[self.kty]
        if not fits or self.alg not in (None, *ALGORITHMS[self.kty]):
            raise PydanticCustomError("key_members", "Should have the members of one kind of key")
        try:
            self.opened()
        except ValueError:
            raise PydanticCustomError(
                "key_point", "Should be a point on its curve, or the modulus of an RSA key"
            ) from None
        if self.n is not None and int.from_bytes(_bytes(self.n)).bit_length() not in RSA_BITS:
            raise PydanticCustomError("key_size", "Should have 2048 to 4096 bits")
        if self._is_weak():
            raise PydanticCustomError("key_weak", "Should not be a key under which anybody can sign")
        return self

    def opened(self) -> Key:
        """Errors: ValueError for what is no point or modulus."""
        return open_key(self._members())

    def kept(self) -> tuple[str, dict[str, Any]]:
        """The thumbprint, and the key as it is stored."""
        thumbprint = self.opened().thumbprint()
        kept = self._members() | {"kid": self.kid or thumbprint}
        # One RSA key under two paddings would prove less than either alone.
        return thumbprint, kept | {"alg": self.alg} if self.kty == "RSA" and self.alg else kept

    def _members(self) -> dict[str, str]:
        # Written anew: the last character holds bits that say nothing, and one key should have one thumbprint.
        given = {name: value for name in MEMBERS if (value := getattr(self, name)) is not None}
        return {name: _text(_bytes(value)) if name in ("x", "y", "n") else value for name, value in given.items()}

    def _is_weak(self) -> bool:
        """Whether the private half can be found without any work: a point of small order, a modulus with factors that
        everybody finds."""
        if self.n is not None:
            modulus = int.from_bytes(_bytes(self.n))
            prime = pow(2, modulus - 1, modulus) == 1
            return modulus % 2 == 0 or gcd(modulus, _SMALL_PRIMES) > 1 or isqrt(modulus) ** 2 == modulus or prime
        x = self.x or ""
        return self.kty == "OKP" and int.from_bytes(_bytes(x), "little") % 2**255 % _P in _SMALL_ORDER


def algorithms_of(public: Mapping[str, Any]) -> tuple[str, ...]:
    """What this key signs with: the one that it was registered with, or what keys of its kind do."""
    alg = public.get("alg")
    return (alg,) if alg else ALGORITHMS[public["kty"]]


def open_key(public: Mapping[str, Any]) -> Key:
    """Errors: ValueError for what is no point or modulus."""
    members: dict[str, Any] = {name: public[name] for name in MEMBERS if name in public}
    kinds: dict[str, type[ECKey] | type[OKPKey] | type[RSAKey]] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}
    key = kinds[members["kty"]].import_key(members)
    _ = key.public_key  # looked at only now
    return key


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
