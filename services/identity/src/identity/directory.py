"""What the other programs must know of who is who: told once about everybody, also about those of before."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.outbox import emit, list_announced_keys
from identity.events import AreaRegistered, DirectoryEvent, ServiceRegistered, UserRegistered
from identity.models import Agency, Area, Service, User
from identity.users.service import standing_of


def tell_untold(session: Session) -> int:
    """Tell of each area, service and person of whom nothing was ever told; how many there were.

    Example: a platform whose store was made before there was a directory. Where all was told, nothing is.
    """
    services = select(Service, Agency.code).join(Agency, Agency.id == Service.agency_id).order_by(Service.code)
    found: list[DirectoryEvent] = [
        *(AreaRegistered(area=code) for code in session.scalars(select(Area.code).order_by(Area.code))),
        *(
            ServiceRegistered(service=service.code, agency=agency, sector=service.sector, since=service.created_at)
            for service, agency in session.execute(services)
        ),
        *(UserRegistered(**standing_of(session, user)) for user in session.scalars(select(User).order_by(User.id))),
    ]
    told = list_announced_keys(session, DirectoryEvent.topic)
    untold = [event for event in found if event.key not in told]
    emit(session, *untold)
    return len(untold)
