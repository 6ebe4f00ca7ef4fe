"""What a purpose covers at all, for a service and its roles."""

from sqlalchemy.orm import Session

from chassis.auth import Caller
from consent.coverage.schemas import Ask, CoverageView
from consent.decisions.covering import list_covered
from consent.decisions.rules import Asked
from consent.settings import ConsentSettings


def show_coverage(
    session: Session, settings: ConsentSettings, caller: Caller, purpose: str, ground: str | None = None
) -> CoverageView:
    """The categories that could be shown, from caller, purpose, agreements and what the request rests on alone."""
    asked = Asked(caller.service, caller.roles, purpose, "read", caller.is_person, ground)
    return CoverageView(
        purpose=purpose,
        covers=list_covered(session, asked),
        ask=Ask(service=settings.ask_service, email=settings.ask_email),
    )
