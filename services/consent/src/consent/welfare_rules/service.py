"""Standing rules of a holder: a yes for named categories, services and roles. No rule says no: that is a person's."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import now
from chassis.etag import etag
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, RequestNotValid
from chassis.schemas import Written
from consent.acting_services.repository import find_capacity
from consent.models import WelfareRule
from consent.problems import NotANamedBody, NotYourService, OwnRule, WelfareRuleOver
from consent.welfare_rules import repository
from consent.welfare_rules.schemas import WelfareRuleRequest, WelfareRuleStep, WelfareRuleView, status_of
from directory.checks import check_service
from directory.repository import list_services, owner_of
from vocabulary.welfare import WELFARE

OFFICER, LIST = "information_governance_officer", "welfare-rules"


def draft_rule(session: Session, caller: Caller, request: WelfareRuleRequest) -> Written:
    """Draft a rule, as a manager of the holder or an officer of its agency. It answers nothing until it is confirmed.

    Errors: NotYourService; NotANamedBody; RequestNotValid for a service that nobody knows, or too long a time.
    """
    if request.holder not in list_holders(session, caller):
        raise NotYourService()
    if find_capacity(session, request.holder, max(request.from_, now().date())) is None:
        raise NotANamedBody()
    faults = [
        fault
        for index, service in enumerate(request.asking_services)
        if (fault := check_service(session, service, f"/body/asking_services/{index}"))
    ]
    latest = request.from_ + timedelta(days=WELFARE.rule_stands_days)
    if not request.from_ <= request.to <= latest:
        detail = f"Should end on a day from its first on, and at most {WELFARE.rule_stands_days} days later"
        fix = "Give an earlier day, and draft the rule anew when it has been looked at again."
        faults.append(Fault(pointer="/body/to", code="stands_too_long", detail=detail, fix=fix))
    if request.holder in request.asking_services:
        detail, fix = "The holder asks itself for nothing", "Leave the holder's own service out."
        faults.append(Fault(pointer="/body/asking_services", code="own_service", detail=detail, fix=fix))
    if faults:
        raise RequestNotValid(errors=faults)
    rule = WelfareRule(
        holder=request.holder,
        agency=caller.agency,
        categories=sorted(set(request.categories)),
        asking_services=sorted(set(request.asking_services)),
        asking_roles=sorted(set(request.asking_roles)),
        answers_at_most=request.answers_at_most,
        begins=request.from_,
        ends=request.to,
        reason=request.reason,
        drafted_by=caller.subject,
    )
    session.add(rule)
    session.flush()
    return _written(rule)


def list_rules(session: Session, caller: Caller, after: str | None, limit: int) -> Page[WelfareRuleView]:
    """The rules of the services for which the caller makes them, oldest first. Errors: CursorNotValid."""
    position = read_cursor(after, LIST)
    holders = list_holders(session, caller)
    rows = repository.list_rules(session, holders, after=UUID(position[0]) if position else None, limit=limit + 1)
    return Page[WelfareRuleView].cut(rows, limit, name=LIST, position=lambda rule: rule.id, view=WelfareRuleView.of)


def confirm_rule(session: Session, caller: Caller, rule_id: UUID) -> Written:
    """Let a rule stand, as a second person. Confirming again changes nothing.

    Errors: WelfareRuleNotFound; OwnRule; WelfareRuleOver.
    """
    rule = _get_rule(session, caller, rule_id)
    if rule.ended_at is not None:
        raise WelfareRuleOver()
    if rule.drafted_by == caller.subject:
        raise OwnRule()
    if rule.confirmed_at is None:
        rule.confirmed_by, rule.confirmed_at = caller.subject, now()
        rule.version += 1
    return _written(rule)


def end_rule(session: Session, caller: Caller, rule_id: UUID, request: WelfareRuleStep) -> Written:
    """End a rule at once; one person may. What it answered stands. Ending again changes nothing.

    Errors: WelfareRuleNotFound.
    """
    rule = _get_rule(session, caller, rule_id)
    if rule.ended_at is None:
        rule.ended_by, rule.ended_at, rule.ended_reason = caller.subject, now(), request.reason
        rule.version += 1
    return _written(rule)


def list_holders(session: Session, caller: Caller) -> list[str]:
    """The services for which the caller may act: as an officer all of their agency, otherwise their own."""
    if OFFICER in caller.roles:
        return [service.service for service in list_services(session, agency=caller.agency)]
    return [caller.service] if owner_of(session, caller.service) == caller.agency else []


def _get_rule(session: Session, caller: Caller, rule_id: UUID) -> WelfareRule:
    service = None if OFFICER in caller.roles else caller.service
    return repository.get_rule(session, rule_id, agency=caller.agency, service=service)


def _written(rule: WelfareRule) -> Written:
    return Written(id=rule.id, status=status_of(rule), etag=etag(rule.version))
