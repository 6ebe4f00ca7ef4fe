"""The areas of a council: what pushes, families and people are said to be of."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.outbox import emit
from chassis.schemas import Written
from identity.areas import repository
from identity.areas.schemas import AreaList, AreaRequest, AreaView
from identity.audit.service import Actor, record
from identity.events import AreaRegistered
from identity.models import Area
from identity.problems import AreaExists


def register_area(session: Session, actor: Actor, request: AreaRequest) -> Written:
    """Errors: AreaExists."""
    area = Area(code=request.code, name=request.name)
    try:
        with session.begin_nested():
            session.add(area)
    except IntegrityError:
        held = repository.find_area(session, request.code)
        if held is None:
            raise
        raise AreaExists(id=str(held.id)) from None
    record(session, actor, "area.registered", "area", area.code, None)
    emit(session, AreaRegistered(area=area.code))
    return Written(id=area.id, status="active")


def list_areas(session: Session) -> AreaList:
    """Every area, by code."""
    return AreaList(items=[AreaView(code=area.code, name=area.name) for area in repository.list_areas(session)])
