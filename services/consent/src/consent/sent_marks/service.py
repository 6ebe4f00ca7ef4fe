"""Keeping which decisions' answers have left."""

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import new_id, now
from consent.sent_marks import repository
from consent.sent_marks.schemas import SentMarks, SentMarksTaken


def mark_sent(session: Session, program: Caller, request: SentMarks) -> SentMarksTaken:
    """Mark these decisions as sent, those of this program alone and each once; what else is named is passed over.

    The clocks of two programs differ: an answer left neither before it was decided nor after that was heard here.
    """
    told = {item.decision: item.at for item in reversed(request.items)}
    heard = now()
    decided = repository.find_unmarked(session, program.client, list(told))
    marks = {id: max(at, min(told[id], heard)) for id, at in decided.items()}
    if marks:
        repository.record_marks(session, new_id(), program.client, heard, marks)
    return SentMarksTaken(marked=len(marks))
