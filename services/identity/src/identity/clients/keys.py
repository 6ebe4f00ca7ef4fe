"""Clients' public keys: what is taken for one. P-256 and Ed25519 only: no key of those can be weak by its size."""

import base64
from typing import Annotated, Any, Literal, Self

from joserfc.jwk import ECKey, Key, OKPKey
from pydantic import Field, Strict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chassis.schemas import Flag, Schema

PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""RFC 7518 §6: whoever sends one of these has given a secret away."""

MEMBERS: tuple[str, ...] = ("kty", "crv", "x", "y")

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


class PublicJwk(Schema):
    """A public key as RFC 7517 writes it: `EC` with `P-256`, or `OKP` with `Ed25519`.

    Shape: `kid` is what the client writes into its assertions; left out, it is the key's thumbprint (RFC 7638).
    """

    kty: Literal["EC", "OKP"]
    crv: Literal["P-256", "Ed25519"]
    x: Coordinate
    y: Coordinate | None = None
    kid: Annotated[str, Strict(), StringConstraints(pattern=r"^[!-~]{1,200}$")] | None = None
    alg: Literal["ES256", "Ed25519", "EdDSA"] | None = None
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
        elliptic = self.kty == "EC"
        fits = (self.crv == "P-256", self.y is not None) == (elliptic, elliptic)
        if not fits or self.alg not in (None, *algorithms_of(self.kty)):
            raise PydanticCustomError("key_members", "Should have the members of one kind of key")
        try:
            self.opened()
        except ValueError:
            raise PydanticCustomError("key_point", "Should be a point on its curve") from None
        if not elliptic and int.from_bytes(_bytes(self.x), "little") % 2**255 % _P in _SMALL_ORDER:
            raise PydanticCustomError("key_weak", "Should not be a key under which anybody can sign")
        return self

    def opened(self) -> Key:
        """Errors: ValueError for what is no point."""
        return open_key(self._members())

    def kept(self) -> tuple[str, dict[str, Any]]:
        """The thumbprint, and the key as it is stored."""
        thumbprint = self.opened().thumbprint()
        return thumbprint, self._members() | {"kid": self.kid or thumbprint}

    def _members(self) -> dict[str, str]:
        # Written anew: the last character holds two bits that say nothing, and one key should have one thumbprint.
        members = {"kty": self.kty, "crv": self.crv, "x": _text(_bytes(self.x))}
        return members if self.y is None else members | {"y": _text(_bytes(self.y))}


def algorithms_of(kty: str) -> tuple[str, ...]:
    """What a key of this kind signs with. `EdDSA` is what Ed25519 was called before RFC 9864."""
    return ("ES256",) if kty == "EC" else ("Ed25519", "EdDSA")


def open_key(public: dict[str, Any]) -> Key:
    """Errors: ValueError for what is no point."""
    members: dict[str, Any] = {name: public[name] for name in MEMBERS if name in public}
    key = ECKey.import_key(members) if members["kty"] == "EC" else OKPKey.import_key(members)
    _ = key.public_key  # looked at only now
    return key


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
