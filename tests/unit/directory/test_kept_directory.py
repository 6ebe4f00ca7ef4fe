"""Every program that keeps a directory knows who is who: also who came before it, and whose a service was when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.db import new_id
from chassis.events import Received, event_type
from chassis.listener import listen_once
from claims.app import program as claims
from consent.app import program as consent
from directory import repository
from directory.tables import DirectoryServiceOwner
from families.app import program as families
from fixtures.stack import Programs, Running
from identity.app import program as identity
from identity.directory import tell_untold
from identity.models import Agency, Area, Service, User

KEEPERS = [consent, claims, families]
REGISTERED = datetime(2017, 4, 1, 12, tzinfo=UTC)
HANDED_OVER = datetime(2018, 9, 1, 12, tzinfo=UTC)


def begin_identity(programs: Programs) -> Running:
    """identity with a council, its housing service and somebody of it, of whom nothing was ever told."""
    running = programs.start(identity)
    with running.runtime.write() as session:
        agency = Agency(code="thornbury-council", name="Thornbury Council", kind="council")
        session.add_all([Area(code="elm", name="Elm"), agency])
        session.flush()
        service = Service(code="housing", agency_id=agency.id, name="Housing", sector="housing", created_at=REGISTERED)
        session.add(service)
        session.flush()
        session.add(
            User(
                email="h@x.example",
                email_key="h@x.example",
                name="H",
                password_hash="x",
                service_id=service.id,
                roles=[],
                areas=[],
            )
        )
    return running


def test_each_program_that_came_later_hears_of_everybody_who_was_there_before(programs: Programs) -> None:
    """Kept data of a release without a directory: identity tells of all once, and who listens later hears it too."""
    teller = begin_identity(programs)
    with teller.runtime.write() as session:
        assert tell_untold(session) == 3
        [user] = session.scalars(select(User.id))
    programs.deliver(teller)
    for keeper in KEEPERS:
        late = programs.start(keeper)
        assert listen_once(late.runtime, late.program.reactions) == 3
        with late.runtime.read() as session:
            assert repository.list_areas(session) == ["elm"]
            found = repository.get_service(session, "housing")
            assert (found.agency, found.sector) == ("thornbury-council", "housing")
            assert repository.owner_at(session, "housing", REGISTERED) == "thornbury-council"
            assert repository.has_user(session, str(user), "housing")


def hear(session: Session, said: Received) -> None:
    reaction = consent.reactions.to(said.type)
    assert reaction is not None
    reaction(session, [said])


def registered(at: datetime, **data: Any) -> Received:
    kind = event_type("identity.directory", "service.registered")
    return Received(new_id(), kind, "service.registered", "service:housing", 1, at, data)


@pytest.fixture
def moved(programs: Programs) -> Running:
    """A program that heard of a service which went from the council to a registered provider."""
    running = programs.start(consent)
    before = {"service": "housing", "agency": "thornbury-council", "sector": "housing"}
    with running.runtime.write() as session:
        # An event of an earlier release names no beginning; then it was told when it began.
        hear(session, registered(REGISTERED, **before))
        since = HANDED_OVER.isoformat().replace("+00:00", "Z")
        hear(session, registered(HANDED_OVER + timedelta(days=2), **before | {"agency": "elm-homes", "since": since}))
    return running


@pytest.mark.parametrize(
    ("at", "agency"),
    [
        (REGISTERED - timedelta(days=900), "thornbury-council"),  # services are older than the directory
        (REGISTERED, "thornbury-council"),
        (HANDED_OVER - timedelta(microseconds=1), "thornbury-council"),
        (HANDED_OVER, "elm-homes"),
        (HANDED_OVER + timedelta(days=900), "elm-homes"),
    ],
)
def test_whose_a_service_was_is_known_for_each_instant(moved: Running, at: datetime, agency: str) -> None:
    with moved.runtime.read() as session:
        assert repository.owner_at(session, "housing", at) == agency


def test_a_service_is_its_latest_owners_now_and_nobodys_where_nobody_told_of_it(moved: Running) -> None:
    with moved.runtime.read() as session:
        assert repository.owner_of(session, "housing") == "elm-homes"
        assert repository.owner_of(session, "nowhere") is None
        assert repository.owner_at(session, "nowhere", HANDED_OVER) is None
        assert repository.find_service(session, "nowhere") is None
        with pytest.raises(LookupError):
            repository.get_service(session, "nowhere")
        assert [found.service for found in repository.list_services(session, agency="elm-homes")] == ["housing"]
        assert repository.list_services(session, agency="thornbury-council") == []
        assert repository.list_services(session, sector="police") == []


def test_a_query_asks_for_the_owner_at_the_instant_of_each_of_its_rows(moved: Running) -> None:
    owner = DirectoryServiceOwner
    with moved.runtime.read() as session:
        # Any table with a service and an instant will do: here, the two rows of the owners themselves.
        then = repository.owner_then(owner.service, owner.since)
        found = session.scalars(select(then).select_from(owner).order_by(owner.since)).all()
    assert found == ["thornbury-council", "elm-homes"]
