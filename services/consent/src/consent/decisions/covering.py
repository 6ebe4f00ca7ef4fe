"""What a purpose covers at all for whoever asks: from agreements, and never from data."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from chassis.db import now, today
from consent.agreements.repository import list_terms
from consent.agreements.states import state_of
from consent.decisions.rules import BOOK, CARRYING, Asked
from consent.decisions.schemas import GroundSchema
from consent.welfare_requests.repository import NO_ANSWER, StandingYes, find_standing_yes
from directory import repository as directory
from vocabulary.categories import CATEGORIES
from vocabulary.grounds import GROUNDS


def answers_on(session: Session, ground: GroundSchema | None, subject: str, service: str) -> StandingYes:
    """What the answer on which a request rests lets go to this person now; nothing where it rests on none."""
    if ground is None or not GROUNDS[ground.kind].answered:
        return NO_ANSWER
    return find_standing_yes(session, ground.reference, subject, service, now())


def list_covered(session: Session, asked: Asked, answered: Collection[str] = ()) -> list[str]:
    """The categories that could be shown, in the vocabulary's order; the same whoever is asked about.

    Shape: `answered` are those of the answer on which the request rests.
    """
    day, service, purpose, sectors = today(), asked.service, asked.purpose, directory.find_sectors(session)
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
    ground = asked.ground
    rests_on = ground in CARRYING and purpose in GROUNDS[ground].purposes and asked.is_person
    named = answered if rests_on and ground and GROUNDS[ground].answered else CATEGORIES
    carried = {code for code in named if rests_on and BOOK.sees(asked, code)}
    return [code for code in CATEGORIES if code in agreed | own | carried]
