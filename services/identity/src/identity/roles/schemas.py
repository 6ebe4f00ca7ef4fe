from pydantic import Field

from chassis.schemas import Schema


class RoleView(Schema):
    """What people of a role may do, and what for."""

    code: str
    name: str
    sectors: list[str]
    alone: bool = Field(description="Whether one administrator gives it; every other role takes two")
    excludes: list[str] = Field(description="Roles that nobody holds beside this one")
    scopes: list[str]
    purposes: list[str]


class RoleList(Schema):
    """Shape: all roles; there are few, so they come on one page."""

    version: str
    items: list[RoleView]
