"""What a purpose covers at all, for a service and its roles."""

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import today
from consent.agreements.repository import list_terms
from consent.agreements.states import state_of
from consent.coverage.schemas import Ask, CoverageView
from consent.decisions.rules import BOOK, CARRYING, Asked
from consent.settings import ConsentSettings
from directory import repository as directory
from vocabulary.categories import CATEGORIES
from vocabulary.grounds import GROUNDS


def show_coverage(
    session: Session, settings: ConsentSettings, caller: Caller, purpose: str, ground: str | None = None
) -> CoverageView:
    """The categories that could be shown, from caller, purpose, agreements and what the request rests on alone."""
    day, service, sectors = today(), caller.service, directory.find_sectors(session)
    asked = Asked(service, caller.roles, purpose, "read", caller.is_person)
    agreed = {
        term.category
        for term in list_terms(session, recipient=service, purpose=purpose)
        if BOOK.binds(state_of(term, day), purpose)
        and not BOOK.forbidden_by_origin(sectors.get(term.supplier), sectors.get(service), purpose)
        and BOOK.sees(asked, term.category)
    }
    own = {
        term.category
        for term in list_terms(session, supplier=service)
        if BOOK.binds(state_of(term, day), purpose) and BOOK.sees_cases(asked)
    }
    rests_on = ground in CARRYING and purpose in GROUNDS[ground].purposes and caller.is_person
    carried = {code for code in CATEGORIES if rests_on and BOOK.sees(asked, code)}
    return CoverageView(
        purpose=purpose,
        covers=[code for code in CATEGORIES if code in agreed | own | carried],
        ask=Ask(service=settings.ask_service, email=settings.ask_email),
    )
