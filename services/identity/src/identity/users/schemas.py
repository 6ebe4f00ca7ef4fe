import re
import unicodedata
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError

from chassis.schemas import Code, Instant, Line, Schema
from identity.two_people.schemas import MayWait

ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)*")
WRITTEN = r"^[^@\s\x00-\x1f\x7f]{1,64}@[^@\s.\x00-\x1f\x7f]+(\.[^@\s.\x00-\x1f\x7f]+)*$"


def _email(value: str) -> str:
    if not ADDRESS.fullmatch(value):
        raise PydanticCustomError("email", "Should be an email address")
    return value


def email_key(email: str) -> str:
    """What two spellings of one address have in common."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


Email = Annotated[Line, Field(json_schema_extra={"pattern": WRITTEN}), AfterValidator(_email)]
Password = Annotated[SecretStr, Field(min_length=12, max_length=200, json_schema_extra={"pattern": r"^[^\x00]*$"})]
Codes = Annotated[list[Code], Field(max_length=50)]


class UserRequest(Schema):
    """Shape: without `password` one is made, and stands in the first answer only."""

    email: Email
    name: Line
    service: Code
    roles: Codes
    areas: Codes = Field(default_factory=list)
    password: Password | None = None


class UserChange(Schema):
    """Shape: what is left out stays as it is."""

    name: Line | None = None
    service: Code | None = None
    roles: Codes | None = None
    areas: Codes | None = None
    password: Password | None = None
    status: Literal["active", "disabled"] | None = None


class UserMade(MayWait):
    """Shape: `password` only when it was made for the user, and only in the first answer."""

    password: str | None = None


class UserView(Schema):
    id: UUID
    email: str
    name: str
    service: str
    agency: str
    roles: list[str]
    areas: list[str]
    status: str
    own_password: bool = Field(description="Whether they have set it themselves since an administrator did")


class SessionView(Schema):
    id: UUID
    client: str
    signed_in_at: Instant
    expires_at: Instant


class SessionList(Schema):
    """Shape: a person's open sessions; there are few, so they come on one page."""

    items: list[SessionView]
