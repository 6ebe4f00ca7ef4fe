"""Who saw what."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.paging import Page, read_cursor
from consent.sharing_log import repository
from consent.sharing_log.schemas import SharingView


def list_sharings(
    session: Session, caller: Caller, people: list[UUID], after: str | None, limit: int
) -> Page[SharingView]:
    """What was shared, oldest first; of some people under whatever id they had then, when any are named.

    Shape: lines in which the caller's agency received or was a party to the agreement. Errors: CursorNotValid.
    """
    position = read_cursor(after, "sharing-log")
    last = UUID(position[0]) if position else None
    rows = repository.list_sharings(session, agency=caller.agency, people=people, after=last, limit=limit + 1)
    return Page[SharingView].cut(rows, limit, name="sharing-log", position=lambda row: row.id, view=_view)


def _view(row: Row[Any]) -> SharingView:
    return SharingView(**row._mapping, role=" ".join(row.roles) or None)
