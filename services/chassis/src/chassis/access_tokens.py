"""Access tokens (RFC 9068): what must hold of one before anything that it says is believed."""

from typing import Annotated

from joserfc.jwk import ECKey
from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints, ValidationError

from chassis.jose import NotReadable, NumericDate, SignedText, read_signed

ALGORITHMS = ("ES256",)
TYPE = "at+jwt"
LEEWAY = 5
"""Seconds: clocks differ."""

Text = Annotated[str, Strict(), StringConstraints(min_length=1, max_length=500)]
Texts = Annotated[list[Text], Strict()]


class TokenNotGood(Exception):
    """Whatever is wrong with it: who shows it is not told what."""


class AccessToken(BaseModel):
    """What a token says, each member of the kind that RFC 9068 and identity give it. Others are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    iss: Text
    sub: Text
    aud: Text | Annotated[Texts, Field(min_length=1)]
    exp: NumericDate
    iat: NumericDate
    nbf: NumericDate = 0
    jti: Text
    client_id: Text
    agency: Text
    service: Text
    scope: Annotated[str, Strict()] = ""
    roles: Texts = Field(default_factory=list)
    areas: Texts = Field(default_factory=list)
    purposes: Texts = Field(default_factory=list)
    sid: Text | None = None
    deputy_for: Text | None = None

    def ends(self, longest_life: float) -> float:
        """When it is good no longer, whatever it says of its end. Units: seconds since 1970."""
        return min(self.exp, self.iat + longest_life) + LEEWAY


def name_key(token: SignedText) -> str:
    """The id of the key that a token says has signed it. Errors: TokenNotGood for what is no access token."""
    kid = token.header.get("kid")
    if token.header.get("typ") != TYPE or not kid or token.brings_key():
        raise TokenNotGood()
    return str(kid)


def read_token(text: str) -> SignedText:
    """Errors: TokenNotGood for what is not written as a token."""
    try:
        return read_signed(text)
    except NotReadable:
        raise TokenNotGood() from None


def check_token(
    token: SignedText, key: ECKey, *, issuer: str, audience: str, longest_life: float, at: float
) -> AccessToken:
    """The token's claims, when this key signed it, it is for this audience, and it is good at this moment.

    A token that is bound to a key of its holder (`cnf`, RFC 7800) is refused: no program here can prove that who
    shows it holds that key, and taken as a plain one it would be as good in a thief's hands.
    Errors: TokenNotGood.
    """
    if not token.signed_by(key, ALGORITHMS):
        raise TokenNotGood()
    said = _read_claims(token)
    audiences = [said.aud] if isinstance(said.aud, str) else said.aud
    good = (
        said.iss == issuer
        and audience in audiences
        and said.iat < said.exp
        and said.iat <= at + LEEWAY
        and said.nbf <= at + LEEWAY
        and at < said.ends(longest_life)
    )
    if not good:
        raise TokenNotGood()
    return said


def _read_claims(token: SignedText) -> AccessToken:
    try:
        claims = token.claims()
        if "cnf" in claims:
            raise TokenNotGood()
        return AccessToken.model_validate(claims)
    except (NotReadable, ValidationError):
        raise TokenNotGood() from None
