from pydantic import Field

from chassis.schemas import Schema


class Whoami(Schema):
    subject: str
    client: str
    agency: str
    service: str
    roles: list[str]
    areas: list[str]
    purposes: list[str] = Field(description="What the caller may state as `Purpose:`, the usual one first")
    scopes: list[str]
    name: str | None = Field(description="How a person is shown; absent for systems")
