"""Standing rules by which a holder says yes to requests for the welfare of a child."""

from uuid import UUID

from fastapi import APIRouter

from chassis.db import ReadSession, WriteSession
from chassis.idempotency import Once
from chassis.paging import After, Limit, Page
from chassis.schemas import Written
from consent.access import WriteWelfareRules
from consent.welfare_rules import service
from consent.welfare_rules.schemas import WelfareRuleRequest, WelfareRuleStep, WelfareRuleView

router = APIRouter(prefix="/v1/welfare-rules", tags=["welfare"])


@router.post("", status_code=201)
def draft_welfare_rule(
    request: WelfareRuleRequest, caller: WriteWelfareRules, session: WriteSession, once: Once
) -> Written:
    """Draft a standing yes; somebody else confirms it."""
    return once(session, caller, request, lambda: service.draft_rule(session, caller, request))


@router.get("")
def list_welfare_rules(
    caller: WriteWelfareRules, session: ReadSession, after: After = None, limit: Limit = 50
) -> Page[WelfareRuleView]:
    """The rules of your service, or of all services of your agency where you are its officer."""
    return service.list_rules(session, caller, after, limit)


@router.post("/{welfare_rule_id}/confirmation")
def confirm_welfare_rule(welfare_rule_id: UUID, caller: WriteWelfareRules, session: WriteSession) -> Written:
    """Let a rule stand that somebody else drafted."""
    return service.confirm_rule(session, caller, welfare_rule_id)


@router.post("/{welfare_rule_id}/end")
def end_welfare_rule(
    welfare_rule_id: UUID, request: WelfareRuleStep, caller: WriteWelfareRules, session: WriteSession
) -> Written:
    """End a rule at once."""
    return service.end_rule(session, caller, welfare_rule_id, request)
