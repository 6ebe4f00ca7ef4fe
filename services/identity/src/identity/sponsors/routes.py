"""Sponsors: agencies that sign for others which have no officer here."""

from uuid import UUID

from fastapi import APIRouter

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once
from chassis.schemas import Word, Written
from identity.access import AdministerIdentity, ReadIdentity
from identity.audit.service import Actor
from identity.sponsors import service
from identity.sponsors.schemas import SponsorList, SponsorRequest
from identity.two_people.schemas import MayWait
from identity.two_people.service import answer_with

router = APIRouter(prefix="/v1/agencies/{code}/sponsors", tags=["sponsors"])


@router.post("", status_code=201)
def name_sponsor(
    code: Word, request: SponsorRequest, caller: AdministerIdentity, session: WriteSession, once: Once
) -> MayWait:
    """Name the agency whose officer signs for this one, which has none. Agreements show it.

    Another administrator approves it.
    """
    written = once(
        session,
        caller,
        request,
        lambda: service.name_sponsor(session, Actor.of(caller), code, request),
        f"/v1/agencies/{code}/sponsors",
    )
    return answer_with(MayWait, session, "sponsor", written)


@router.get("")
def list_sponsors(code: Word, caller: ReadIdentity, session: ReadSession) -> SponsorList:
    """Who signs for this agency, and did."""
    return service.list_sponsors(session, code)


@router.post("/{sponsor_id}/end")
def end_sponsor(code: Word, sponsor_id: UUID, caller: AdministerIdentity, session: WriteSession) -> Written:
    """Let an agency sign for this one no longer. What it signed stands."""
    return service.end_sponsor(session, Actor.of(caller), code, sponsor_id)
