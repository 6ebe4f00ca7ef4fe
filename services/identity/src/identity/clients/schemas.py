import re
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from chassis.schemas import Code, Flag, Instant, Line, Schema
from identity.two_people.schemas import MayWait
from vocabulary.scopes import OPENID

Audience = Literal["issuer", "token_endpoint"]
"""Whom a client names in its assertions. `token_endpoint`: it may name the token endpoint's address besides; libraries
from before RFC 7523's revision do. What names an address of another server too would be good there as well."""
Grant = Literal["client_credentials", "authorization_code", "refresh_token"]
REDIRECT = (
    r"^(https://([A-Za-z0-9._-]+|\[::1\])|http://(127\.0\.0\.1|localhost|\[::1\]))"
    r"(:[0-9]{1,5})?([/?][!-\"$-)+-?A-~]*)?$"
)


def _redirect(value: str) -> str:
    """RFC 9700 §2.1: compared as it stands, so whole, without wildcard or fragment; plain HTTP stays at home."""
    if not re.fullmatch(REDIRECT, value):
        raise PydanticCustomError(
            "redirect_uri", "Should be a whole https address, or http on the same machine, without fragment or wildcard"
        )
    return value


def _no_subject(value: str) -> str:
    """A client's id is the subject of its tokens: one that reads like a user's id could pass for that user."""
    try:
        UUID(value)
    except ValueError:
        if value != "platform":
            return value
    raise PydanticCustomError("client_id", "Should be a word of its own, not an id and not `platform`")


ClientId = Annotated[Code, AfterValidator(_no_subject)]
RedirectUri = Annotated[
    str, Strict(), Field(max_length=500, json_schema_extra={"pattern": REDIRECT}), AfterValidator(_redirect)
]
Scopes = Annotated[list[Annotated[str, Strict(), Field(max_length=60)]], Field(max_length=60)]


class ClientRequest(Schema):
    """Shape: `public` clients run where no secret can be kept; people sign in through them, with PKCE."""

    client_id: ClientId
    name: Line
    scopes: Scopes
    grants: list[Grant] = Field(min_length=1, max_length=3)
    redirect_uris: list[RedirectUri] = Field(default=[], max_length=20)
    public: Flag = False
    purposes: list[Code] = Field(default=[], max_length=10, description="For what the client itself may act")
    assertion_audience: Audience = Field(
        default="issuer", description="`token_endpoint`: assertions may name the token endpoint's address too, as `aud`"
    )

    @model_validator(mode="after")
    def fits_together(self) -> Self:
        if self.public and "client_credentials" in self.grants:
            raise PydanticCustomError("public_client", "A public client cannot act for itself")
        if ("authorization_code" in self.grants) != bool(self.redirect_uris):
            raise PydanticCustomError("redirects", "authorization_code and redirect_uris belong together")
        if "authorization_code" not in self.grants and not OPENID.isdisjoint(self.scopes):
            raise PydanticCustomError("openid", "Who signed in is told to clients with authorization_code alone")
        if "refresh_token" in self.grants and "authorization_code" not in self.grants:
            raise PydanticCustomError("refresh", "refresh_token needs authorization_code")
        return self


class ClientChange(Schema):
    """Shape: what is left out stays as it is."""

    name: Line | None = None
    scopes: Scopes | None = None
    purposes: list[Code] | None = Field(default=None, max_length=10)
    redirect_uris: list[RedirectUri] | None = Field(default=None, max_length=20)
    assertion_audience: Audience | None = None
    status: Literal["active", "disabled"] | None = None


class Registered(MayWait):
    """Shape: `secret` stands only in the first answer; a repeat of the request cannot show it again."""

    client_id: str
    secret: str | None = None


class SecretMade(MayWait):
    secret: str | None = None


class SecretView(Schema):
    id: UUID
    created_at: Instant


class ClientKeyAdded(MayWait):
    """Shape: `kid` is what assertions name the key by; `thumbprint` is RFC 7638's."""

    kid: str
    thumbprint: str


class ClientKeyView(Schema):
    id: UUID
    kid: str
    thumbprint: str
    algorithms: list[str]
    created_at: Instant


class ClientKeyList(Schema):
    items: list[ClientKeyView]
    next: None = None


class ClientView(Schema):
    id: UUID
    client_id: str
    service: str
    name: str
    scopes: list[str]
    purposes: list[str]
    grants: list[str]
    redirect_uris: list[str]
    public: bool
    assertion_audience: str
    status: str
    secrets: list[SecretView] = Field(description="Live secrets: when each was made, never what it is")
    keys: list[ClientKeyView] = Field(description="Live public keys; secrets and keys are two at most")
