from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from claims.models import Target


def find_target(session: Session, framework: str, year: str) -> Target | None:
    """A year's target; None while it is not set."""
    return session.get(Target, (framework, year))


def list_targets(session: Session, framework: str | None = None) -> list[Target]:
    """Targets by framework and year; of all frameworks when none is named."""
    query = select(Target).order_by(Target.framework, Target.year)
    return list(session.scalars(query if framework is None else query.where(Target.framework == framework)))


def add_target(session: Session, target: Target) -> bool:
    """False when somebody set it at the same moment."""
    try:
        with session.begin_nested():
            session.add(target)
    except IntegrityError:
        return False
    return True


def change_target(session: Session, target: Target, families: int, cumulative: int, by: str) -> bool:
    """False when somebody changed it since it was read."""
    same = update(Target).where(Target.id == target.id, Target.version == target.version)
    values = {"families": families, "cumulative": cumulative, "by": by, "version": Target.version + 1}
    return session.scalar(same.values(values).returning(Target.version)) is not None
