"""Roles: what people may do, and what for."""

from fastapi import APIRouter

from identity.access import ReadIdentity
from identity.roles.schemas import RoleList, RoleView
from vocabulary.roles import ROLES, ROLES_VERSION, find_excluding

router = APIRouter(prefix="/v1/roles", tags=["roles"])


@router.get("")
def list_roles(caller: ReadIdentity) -> RoleList:
    """Every role with its sectors, scopes and purposes, and the roles that it excludes."""
    views = [
        RoleView(
            **role.model_dump() | {"sectors": sorted(role.sectors)}, excludes=sorted(find_excluding(role.code, ROLES))
        )
        for role in ROLES.values()
    ]
    return RoleList(version=ROLES_VERSION, items=views)
