"""Who may come in by which door. Every route names one of these in its signature."""

from typing import Annotated

from fastapi import Depends

from chassis.auth import Caller, SignedIn, check_person, require, require_person


async def oneself(caller: SignedIn) -> Caller:
    """Whoever is signed in, for what is theirs alone. Errors: PersonNeeded."""
    check_person(caller)
    return caller


async def audit_reader(caller: Annotated[Caller, Depends(require("audit:read"))]) -> Caller:
    """People; and systems that read all of identity, such as those that watch for attacks. Errors: PersonNeeded."""
    if "identity:read" not in caller.scopes:
        check_person(caller)
    return caller


OneselfOnly = Annotated[Caller, Depends(oneself)]
ReadIdentity = Annotated[Caller, Depends(require("identity:read"))]
TellWhoSignedIn = Annotated[Caller, Depends(require_person("openid"))]
ReadAudit = Annotated[Caller, Depends(audit_reader)]
DecideForIdentity = Annotated[Caller, Depends(require_person("identity:admin"))]
AdministerIdentity = Annotated[Caller, Depends(require("identity:admin"))]
