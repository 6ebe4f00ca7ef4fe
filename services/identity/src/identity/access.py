"""Who may come in by which door. Every route names one of these in its signature."""

from typing import Annotated

from fastapi import Depends

from chassis.auth import Caller, require

ReadIdentity = Annotated[Caller, Depends(require("identity:read"))]
AdministerIdentity = Annotated[Caller, Depends(require("identity:admin"))]
