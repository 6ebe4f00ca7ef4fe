"""Who may come in by which door. Every route names one of these in its signature."""

from typing import Annotated

from fastapi import Depends

from chassis.auth import Caller, require

AuditClaims = Annotated[Caller, Depends(require("claims:audit"))]
BatchClaims = Annotated[Caller, Depends(require("claims:batch"))]
CheckClaims = Annotated[Caller, Depends(require("claims:check"))]
ReadClaims = Annotated[Caller, Depends(require("claims:read"))]
ReadFrameworks = Annotated[Caller, Depends(require("frameworks:read"))]
ReadReports = Annotated[Caller, Depends(require("reports:read"))]
Recompute = Annotated[Caller, Depends(require("recompute"))]
SubmitClaims = Annotated[Caller, Depends(require("claims:submit"))]
ReadVisits = Annotated[Caller, Depends(require("visits:read"))]
OpenVisits = Annotated[Caller, Depends(require("visits:write"))]
CloseVisits = Annotated[Caller, Depends(require("visits:close"))]
WritePayments = Annotated[Caller, Depends(require("payments:write"))]
WriteTargets = Annotated[Caller, Depends(require("targets:write"))]
