"""What an agreement is worth on a day: what was done to it and its dates, read together."""

from datetime import date
from typing import Literal, Protocol

AgreementState = Literal["draft", "signed", "in_force", "lapsed", "suspended", "ended"]

BEST_FIRST: tuple[AgreementState, ...] = ("in_force", "lapsed", "suspended", "ended", "signed", "draft")
"""Of several agreements that speak of the same thing, the one that counts."""


class DatedAgreement(Protocol):
    @property
    def status(self) -> str: ...
    @property
    def begins(self) -> date: ...
    @property
    def ends(self) -> date | None: ...


def state_of(agreement: DatedAgreement, today: date) -> AgreementState:
    """Shape: `signed` is signed and not begun, `lapsed` is past its last day; both need nobody to say so."""
    match agreement.status:
        case "draft" | "suspended" | "ended" as done:
            return done
        case _ if today < agreement.begins:
            return "signed"
        case _ if agreement.ends is not None and today > agreement.ends:
            return "lapsed"
        case _:
            return "in_force"
