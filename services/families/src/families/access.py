"""Who may come in by which door. Every route names one of these in its signature.

Routes that take a feed's push name `require("push:<feed>")`, made from the catalogue in `intake/routes.py`.
"""

from typing import Annotated

from fastapi import Depends

from chassis.auth import Caller, require

ReadFeeds = Annotated[Caller, Depends(require("feeds:read"))]
ReadPeople = Annotated[Caller, Depends(require("people:read"))]
ReviewMatches = Annotated[Caller, Depends(require("matching:review"))]

ReadFamilies = Annotated[Caller, Depends(require("families:read"))]
WriteFamilies = Annotated[Caller, Depends(require("families:write"))]
ReadPremises = Annotated[Caller, Depends(require("premises:read"))]
WritePremises = Annotated[Caller, Depends(require("premises:write"))]
WriteSupport = Annotated[Caller, Depends(require("support:write"))]
FreezeEvidence = Annotated[Caller, Depends(require("evidence:freeze"))]
ReadEvidence = Annotated[Caller, Depends(require("evidence:read"))]
