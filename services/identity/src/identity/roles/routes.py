"""Roles: what people may do, and what for."""

from fastapi import APIRouter

from chassis.schemas import Schema
from identity.access import ReadIdentity
from identity.roles.catalogue import Role, catalogue

router = APIRouter(prefix="/v1/roles", tags=["roles"])


class RoleList(Schema):
    """Shape: all roles; there are few, so they come on one page."""

    version: str
    items: list[Role]


@router.get("")
def list_roles(caller: ReadIdentity) -> RoleList:
    """Every role with its scopes and purposes."""
    return RoleList(version=catalogue().version, items=list(catalogue().roles.values()))
