"""What a purpose covers at all, for a service and its roles."""

from sqlalchemy.orm import Session

from chassis.auth import Caller
from consent.coverage.schemas import Ask, CoverageView
from consent.decisions.covering import answers_on, list_covered
from consent.decisions.rules import Asked
from consent.decisions.schemas import GroundSchema
from consent.settings import ConsentSettings


def show_coverage(
    session: Session, settings: ConsentSettings, caller: Caller, purpose: str, ground: GroundSchema | None = None
) -> CoverageView:
    """The categories that could be shown, from caller, purpose, agreements and what the request rests on alone."""
    kind = ground.kind if ground else None
    asked = Asked(caller.service, caller.roles, purpose, "read", caller.is_person, kind)
    answered = answers_on(session, ground, caller.subject, caller.service)
    return CoverageView(
        purpose=purpose,
        covers=list_covered(session, asked, answered.categories),
        ask=Ask(service=settings.ask_service, email=settings.ask_email),
    )
