"""What an agreement is worth on a day: what was done to it and its dates, read together."""

from datetime import date, timedelta
from typing import Literal, Protocol

AgreementState = Literal["draft", "signed", "in_force", "under_review", "lapsed", "suspended", "ended"]
ReviewState = Literal["due", "overdue"]

BEST_FIRST: tuple[AgreementState, ...] = (
    "in_force", "under_review", "lapsed", "suspended", "ended", "signed", "draft",
)  # fmt: skip
"""Of several agreements that speak of the same thing, the one that counts."""
WORST_FIRST = ("draft", "ended", "suspended", "signed")
"""What was done to an agreement and to its frame: the worse of the two counts for both."""


class DatedAgreement(Protocol):
    @property
    def status(self) -> str: ...
    @property
    def begins(self) -> date: ...
    @property
    def ends(self) -> date | None: ...
    @property
    def stops_for_review(self) -> date | None: ...


def state_of(agreement: DatedAgreement, today: date) -> AgreementState:
    """What it is worth.

    Shape: `signed` is signed and not begun, `lapsed` is past its last day, `under_review` past the day by which it was
    to be reviewed; none of these needs anybody to say so.
    """
    match agreement.status:
        case "draft" | "suspended" | "ended" as done:
            return done
        case _ if today < agreement.begins:
            return "signed"
        case _ if agreement.ends is not None and today > agreement.ends:
            return "lapsed"
        case _ if agreement.stops_for_review is not None and today > agreement.stops_for_review:
            return "under_review"
        case _:
            return "in_force"


def review_of(status: str, review_by: date | None, today: date, notice: int) -> ReviewState | None:
    """Whether a review is due, or overdue; of what no longer stands, or not yet, neither. Units: `notice` in days."""
    if review_by is None or status in ("draft", "ended"):
        return None
    if today > review_by:
        return "overdue"
    return "due" if today >= review_by - timedelta(days=notice) else None
