"""Bars: somebody does not meet their own relatives and neighbours, whatever their roles, and in no emergency."""

from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import new_id, now
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, RequestNotValid
from chassis.schemas import Written
from directory.checks import check_user
from families.bars import repository
from families.bars.schemas import BarLiftRequest, BarRequest, BarView
from families.events import BarLifted, BarRecorded
from families.models.safeguarding import Bar, BarredFrom
from families.people.repository import find_leaves
from families.problems import BarNotFound, NotYourTeam, OwnBar

LIST = "bars"
MANAGER, OFFICER = "team_manager", "information_governance_officer"


def record_bar(session: Session, caller: Caller, request: BarRequest) -> Written:
    """Keep somebody from people and families; by themself, or by a manager of their service.

    Nobody is told whether there is such a person or family: a bar gives nothing, so it needs no reach, and somebody
    may be kept from a sister whom no enquiry has named yet.
    Errors: NotYourTeam; RequestNotValid where nobody is named.
    """
    if request.user != caller.subject and not _manages(session, caller, request.user):
        raise NotYourTeam()
    if not request.people and not request.families:
        fault = Fault(
            pointer="/body/people", code="nobody_named", detail="Should name somebody", fix="Name people or families."
        )
        raise RequestNotValid(errors=[fault])
    bar = Bar(
        id=new_id(), user=request.user, service=caller.service, agency=caller.agency, because=request.because,
        recorded_by=caller.subject,
    )  # fmt: skip
    session.add(bar)
    session.flush()
    named = dict.fromkeys(request.people, False) | dict.fromkeys(request.families, True)
    session.add_all(BarredFrom(bar=bar.id, id=id, is_family=is_family) for id, is_family in named.items())
    people = sorted({*request.people, *find_leaves(session, request.people)})
    emit(session, BarRecorded(bar=bar.id, user=bar.user, people=people, families=sorted(set(request.families))))
    return Written(id=bar.id, status="set")


def list_bars(session: Session, caller: Caller, after: str | None, limit: int) -> Page[BarView]:
    """Those that keep the caller away, and those over which they watch: of their service, or of their agency.

    Errors: CursorNotValid.
    """
    position = read_cursor(after, LIST)
    bars = repository.list_bars(
        session,
        user=caller.subject,
        service=caller.service if MANAGER in caller.roles else None,
        agency=caller.agency if OFFICER in caller.roles else None,
        after=UUID(position[0]) if position else None,
        limit=limit + 1,
    )
    named = repository.read_named(session, [bar.id for bar in bars])
    views = [_view(bar, named.get(bar.id, []), caller) for bar in bars]
    return Page[BarView].cut(views, limit, name=LIST, position=lambda view: view.id)


def lift_bar(session: Session, caller: Caller, bar_id: UUID, request: BarLiftRequest) -> Written:
    """Lift a bar, as a second person: a manager of the service or an officer of the agency. Again changes nothing.

    Errors: BarNotFound; OwnBar for whom it keeps away and for who recorded it.
    """
    bar = repository.get_bar(session, bar_id)
    if caller.subject in (bar.user, bar.recorded_by):
        raise OwnBar()
    if not _watches(bar, caller):
        raise BarNotFound()
    if repository.lift(session, bar, caller.subject, now(), request.reason):
        emit(session, BarLifted(bar=bar.id, user=bar.user))
    return Written(id=bar.id, status="lifted")


def _manages(session: Session, caller: Caller, user: str) -> bool:
    return MANAGER in caller.roles and check_user(session, user, caller.service, "/body/user") is None


def _watches(bar: Bar, caller: Caller) -> bool:
    manages = MANAGER in caller.roles and bar.service == caller.service
    return (manages or OFFICER in caller.roles) and bar.agency == caller.agency


def _view(bar: Bar, named: list[BarredFrom], caller: Caller) -> BarView:
    view = BarView(
        id=bar.id, user=bar.user, because=bar.because, status="set" if bar.lifted_at is None else "lifted",
        recorded_by=bar.recorded_by, recorded_at=bar.recorded_at, lifted_by=bar.lifted_by, lifted_at=bar.lifted_at,
        lifted_reason=bar.lifted_reason,
    )  # fmt: skip
    if not _watches(bar, caller) or caller.subject == bar.user:
        return view
    return view.model_copy(
        update={
            "people": [row.id for row in named if not row.is_family],
            "families": [row.id for row in named if row.is_family],
        }
    )
