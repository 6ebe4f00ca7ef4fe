"""Marks: the answer that rests on a decision has left the program that asked for it."""

from fastapi import APIRouter

from chassis.db import SharedWriteSession
from consent.access import DecideSharing
from consent.sent_marks import service
from consent.sent_marks.schemas import SentMarks, SentMarksTaken

router = APIRouter(prefix="/v1/sent-marks", tags=["decisions"])


@router.post("")
def mark_sent(request: SentMarks, program: DecideSharing, session: SharedWriteSession) -> SentMarksTaken:
    """Say of which decisions the answers have left. A program can say so of its own alone; the first mark stands."""
    return service.mark_sent(session, program, request)
