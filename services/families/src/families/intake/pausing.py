"""When a push is stopped for its sender to look at: it is much shorter than expected, or much of it is refused.

For example, last term's push of attendance had 40,000 lines for four months; this one has 900 for the same. Somebody
exported one school instead of all, and what the other schools said must not count as said no longer.
"""

from datetime import timedelta

from sqlalchemy.orm import Session

from chassis.outbox import emit
from families.events import PushPaused
from families.feeds.catalogue import Feed
from families.intake.service import event_for
from families.models.intake import Push


def pause_push(session: Session, push: Push, because: str) -> None:
    """Stop a push for its sender to look at; `because` is shown to them and holds figures only."""
    push.status, push.paused_because = "paused", because
    push.version += 1
    if not push.dry_run:
        emit(session, event_for(PushPaused, push))


def explain_few_rows(feed: Feed, push: Push, last: Push | None, share: float, at_least: int) -> str | None:
    """A reason to pause when there are many fewer rows than the last push lets expect; None otherwise.

    Of a snapshot the last push's lines are expected again; of events, as many a day as the last push had.
    Units: `share` from 0 to 1 of the lines expected; `at_least` is the number of lines below which nobody is asked.
    """
    if last is None:
        return None
    expected = float(last.lines)
    if not feed.snapshot:
        expected *= _days(push) / _days(last)
    if expected < at_least or push.lines >= share * expected:
        return None
    return f"many_fewer_rows: {push.lines} lines where the last push lets expect about {round(expected)}."


def explain_refusals(push: Push, share: float, at_least: int) -> str | None:
    """A reason to pause when many lines are refused; None otherwise.

    Units: `share` from 0 to 1 of the lines done; `at_least` is the number of lines done before which nobody is asked.
    """
    if push.done < at_least or push.refused <= share * push.done:
        return None
    return f"many_refusals: {push.refused} of {push.done} lines so far are refused."


def _days(push: Push) -> int:
    return int((push.covers_to - push.covers_from) / timedelta(days=1)) + 1
