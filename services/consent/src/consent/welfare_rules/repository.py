from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consent.models import WelfareAnswer, WelfareRule
from consent.problems import WelfareRuleNotFound
from directory.repository import owner_of
from vocabulary.welfare import WELFARE


def get_rule(session: Session, rule_id: UUID, *, agency: str, service: str | None) -> WelfareRule:
    """A rule of a service of the agency; of `service` alone where that is given. Nobody else changes it meanwhile.

    Errors: WelfareRuleNotFound, in the same words for what does not exist and what is somebody else's.
    """
    rule = session.scalar(select(WelfareRule).where(WelfareRule.id == rule_id).with_for_update())
    if rule is None or owner_of(session, rule.holder) != agency or service not in (None, rule.holder):
        raise WelfareRuleNotFound()
    return rule


def list_rules(session: Session, holders: Collection[str], *, after: UUID | None, limit: int) -> Sequence[WelfareRule]:
    """The rules of these services, oldest first."""
    listed = select(WelfareRule).where(WelfareRule.holder.in_(sorted(holders))).order_by(WelfareRule.id).limit(limit)
    return session.scalars(listed.where(WelfareRule.id > after) if after else listed).all()


def find_answering(
    session: Session, *, holder: str, service: str, roles: Collection[str], categories: Collection[str],
    by: str, on: date, at: datetime,
) -> WelfareRule | None:  # fmt: skip
    """A rule that says yes to this, and has not said it as often as it may; None where there is none.

    Nobody profits from a rule that they made. The rule is locked, so that two requests do not take one last place.
    """
    standing = select(WelfareRule).where(
        WelfareRule.holder == holder,
        WelfareRule.confirmed_at.is_not(None),
        WelfareRule.ended_at.is_(None),
        WelfareRule.begins <= on,
        WelfareRule.ends >= on,
    )
    owner = owner_of(session, holder)
    for rule in session.scalars(standing.order_by(WelfareRule.id).with_for_update()):
        fits = (
            rule.agency == owner
            and service in rule.asking_services
            and not set(rule.asking_roles).isdisjoint(roles)
            and set(categories) <= set(rule.categories)
            and by not in (rule.drafted_by, rule.confirmed_by)
        )
        since = at - timedelta(days=WELFARE.rule_in_days)
        if fits and count_answers(session, rule.id, since) < rule.answers_at_most:
            return rule
    return None


def count_answers(session: Session, rule: UUID, since: datetime | None = None) -> int:
    """How often a rule has answered, since then where that is given; what was taken back counts as well."""
    given = select(func.count()).select_from(WelfareAnswer).where(WelfareAnswer.rule == rule)
    return session.scalar(given.where(WelfareAnswer.at > since) if since else given) or 0
