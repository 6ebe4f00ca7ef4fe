"""Who may come in by which door. Every route names one of these in its signature."""

from typing import Annotated

from fastapi import Depends

from chassis.auth import Caller, SignedIn, check_person, require, require_person


async def oneself(caller: SignedIn) -> Caller:
    """Whoever is signed in, for what is theirs alone. Errors: PersonNeeded."""
    check_person(caller)
    return caller


OneselfOnly = Annotated[Caller, Depends(oneself)]
ReadIdentity = Annotated[Caller, Depends(require("identity:read"))]
TellWhoSignedIn = Annotated[Caller, Depends(require_person("openid"))]
AdministerIdentity = Annotated[Caller, Depends(require("identity:admin"))]
