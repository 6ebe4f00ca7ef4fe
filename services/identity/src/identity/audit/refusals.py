"""Noting what was refused. Its own transaction is rolled back, so the entry has one of its own behind it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.problems import Problem, RequestNotValid
from chassis.runtime import Runtime
from chassis.telemetry import described
from identity.audit.service import Actor, record
from identity.problems import AnotherAdministratorNeeded, OwnAccount

log = structlog.get_logger()

EXCLUDE = "roles_exclude"
"""The code of a fault: somebody would have two roles that exclude each other."""

Found = tuple[str | None, dict[str, Any]]
"""The code of the agency that a refusal concerns, and what else the entry holds: ids and codes."""


@contextmanager
def noting_refusals(
    runtime: Runtime, session: Session, caller: Caller, kind: str, object_id: object, find: Callable[[Session], Found]
) -> Iterator[None]:
    """Note it as `change.refused` where the block asks for what one administrator may not have.

    The answer stays what it is: an entry that cannot be written is a line in the program's log.
    """
    try:
        yield
    except (RequestNotValid, AnotherAdministratorNeeded, OwnAccount) as refused:
        if why := _name_reason(refused):
            session.rollback()  # it holds the writers' lock, for which the entry would wait
            _note(runtime, Actor.of(caller), why, kind, object_id, find)
        raise


def _name_reason(refused: Problem) -> str | None:
    if not isinstance(refused, RequestNotValid):
        return refused.slug().replace("-", "_")
    return EXCLUDE if any(fault.code == EXCLUDE for fault in refused.errors) else None


def _note(
    runtime: Runtime, actor: Actor, why: str, kind: str, object_id: object, find: Callable[[Session], Found]
) -> None:
    try:
        with runtime.write() as session:
            agency, details = find(session)
            record(session, actor, "change.refused", kind, object_id, agency, why=why, **details)
    except Exception as broken:
        log.warning("a refusal is missing in the audit", why=why, about=kind, **described(broken))
