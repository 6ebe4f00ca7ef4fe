"""Who may come in by which door. Every route names one of these in its signature."""

from typing import Annotated

from fastapi import Depends

from chassis.auth import Caller, require, require_person

ReadIdentity = Annotated[Caller, Depends(require("identity:read"))]
TellWhoSignedIn = Annotated[Caller, Depends(require_person("openid"))]
AdministerIdentity = Annotated[Caller, Depends(require("identity:admin"))]
