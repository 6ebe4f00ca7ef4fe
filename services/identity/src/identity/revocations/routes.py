"""Revocations: which tokens are over before their time."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from chassis.revocations import PATH
from identity.context import the_feed
from identity.oauth_errors import REFUSED
from identity.revocations.schemas import RevocationPageView, RevocationView

router = APIRouter(tags=["tokens"])


@router.get(PATH, responses=REFUSED)
async def list_revocations(
    request: Request,
    after: Annotated[str, Query(max_length=80, description="The cursor of the answer before; left out: all")] = "",
) -> RevocationPageView:
    """What was ended before its time, for all who check tokens; asked twice a second, and empty nearly always.

    It answers from memory and waits for nothing: it must be there when everything else is busy.
    """
    page = the_feed(request.app.state.runtime).page(after)
    items = [RevocationView(mark=one.mark, before=int(one.before), until=int(one.until)) for one in page.items]
    return RevocationPageView(cursor=page.cursor, items=items, age=round(page.age, 3), more=page.more)
