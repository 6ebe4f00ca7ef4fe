"""Audit: who did what to agencies, clients, users and keys."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.db import ReadSession
from chassis.paging import After, Limit, Page
from chassis.schemas import Word
from identity.access import ReadAudit
from identity.audit import service
from identity.audit.schemas import AuditView, ObjectKind

router = APIRouter(prefix="/v1/audit", tags=["audit"])


@router.get("")
def list_audit_entries(
    caller: ReadAudit,
    session: ReadSession,
    kind: ObjectKind | None = None,
    object: Annotated[Word | None, Query()] = None,
    actor: Annotated[Word | None, Query()] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[AuditView]:
    """Acts, the newest first; of one kind of object, one object, or one actor. Officers read their own agency's."""
    return service.list_audit_entries(session, caller, kind, object, actor, after, limit)
