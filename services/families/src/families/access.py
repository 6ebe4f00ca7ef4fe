"""Who may come in by which door. Every route names one of these in its signature.

Routes that take a feed's push name `require("push:<feed>")`, made from the catalogue in `intake/routes.py`.
"""

from typing import Annotated

from fastapi import Depends

from chassis.auth import Caller, on_ground, require, require_person

ReadFeeds = Annotated[Caller, Depends(require("feeds:read"))]
ReadPeople = Annotated[Caller, Depends(on_ground("people:read"))]
ReviewMatches = Annotated[Caller, Depends(require("matching:review"))]

ReadFamilies = Annotated[Caller, Depends(on_ground("families:read"))]
WriteFamilies = Annotated[Caller, Depends(require("families:write"))]
ReadPremises = Annotated[Caller, Depends(require("premises:read"))]
WritePremises = Annotated[Caller, Depends(require("premises:write"))]
WriteSupport = Annotated[Caller, Depends(on_ground("support:write"))]
FreezeEvidence = Annotated[Caller, Depends(require("evidence:freeze"))]

ReadEnquiries = Annotated[Caller, Depends(require("enquiries:read"))]
WriteEnquiries = Annotated[Caller, Depends(require("enquiries:write"))]
UseEmergencyAccess = Annotated[Caller, Depends(require_person("emergency-access:use"))]
ReviewEmergencyAccess = Annotated[Caller, Depends(require_person("emergency-access:review"))]
AnswerNotes = Annotated[Caller, Depends(require_person("governance-notes:write"))]
WriteBars = Annotated[Caller, Depends(require_person("bars:write"))]
WriteCovers = Annotated[Caller, Depends(require_person("covers:write"))]
ReadEvidence = Annotated[Caller, Depends(require("evidence:read"))]
AskStanding = Annotated[Caller, Depends(require("people:standing"))]
