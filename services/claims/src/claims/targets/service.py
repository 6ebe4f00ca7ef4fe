"""Targets: how many families a framework pays for, year by year."""

from sqlalchemy.orm import Session

from chassis.auth import Caller, check_person
from chassis.db import new_id
from chassis.etag import Match, etag
from chassis.problems import Stale
from chassis.schemas import Written
from claims.frameworks import catalogue
from claims.models import Target
from claims.targets import repository
from claims.targets.schemas import TargetList, TargetRequest, TargetView


def set_target(
    session: Session, caller: Caller, framework: str, year: str, request: TargetRequest, match: Match
) -> Written:
    """Set a year's target, or change it: it bounds what is paid, so that a person answers for it.

    Errors: PersonNeeded; FrameworkNotFound; PreconditionRequired, Stale for a change.
    """
    check_person(caller)
    catalogue.get_framework(framework)
    target = repository.find_target(session, framework, year)
    if target is None:
        target = Target(id=new_id(), framework=framework, year=year, by=caller.subject, **request.model_dump())
        if not repository.add_target(session, target):
            raise Stale()
        return Written(id=target.id, status="set", etag=etag(1))
    match.check(target.version)
    version = target.version + 1
    if not repository.change_target(session, target, request.families, request.cumulative, caller.subject):
        raise Stale()
    return Written(id=target.id, status="set", etag=etag(version))


def list_targets(session: Session) -> TargetList:
    """Every target, by framework and year."""
    return TargetList(
        items=[
            TargetView(
                framework=t.framework, year=t.year, families=t.families, cumulative=t.cumulative, etag=etag(t.version)
            )
            for t in repository.list_targets(session)
        ]
    )
