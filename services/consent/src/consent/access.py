"""Who may come in by which door. Every route names one of these in its signature."""

from typing import Annotated

from fastapi import Depends

from chassis.auth import Caller, require, require_person

DecideSharing = Annotated[Caller, Depends(require("consent:decide"))]
PublishNotices = Annotated[Caller, Depends(require_person("notices:publish"))]
ReadAgreements = Annotated[Caller, Depends(require("agreements:read"))]
ReadConsents = Annotated[Caller, Depends(require("consents:read"))]
ReadCoverage = Annotated[Caller, Depends(require("families:read"))]
ReportSharings = Annotated[Caller, Depends(require_person("subject-access:write"))]
ReadSharingLog = Annotated[Caller, Depends(require("sharing-log:read"))]
SetProtections = Annotated[Caller, Depends(require("protections:write"))]
SetRestrictions = Annotated[Caller, Depends(require("restrictions:write"))]
SignAgreements = Annotated[Caller, Depends(require("agreements:sign"))]
WriteAgreements = Annotated[Caller, Depends(require("agreements:write"))]
WriteConsents = Annotated[Caller, Depends(require("consents:write"))]
WriteNotices = Annotated[Caller, Depends(require("notices:write"))]
WriteObjections = Annotated[Caller, Depends(require("objections:write"))]

ReadWelfareRequests = Annotated[Caller, Depends(require_person("welfare-requests:read"))]
AskForWelfare = Annotated[Caller, Depends(require_person("welfare-requests:ask"))]
AnswerForWelfare = Annotated[Caller, Depends(require_person("welfare-requests:answer"))]
ReviewWelfareAnswers = Annotated[Caller, Depends(require_person("welfare-requests:review"))]
WriteWelfareRules = Annotated[Caller, Depends(require_person("welfare-rules:write"))]
WriteActingServices = Annotated[Caller, Depends(require_person("acting-services:write"))]
