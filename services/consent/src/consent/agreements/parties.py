"""The two sides of an agreement: who signed for each, and which of them holds it suspended.

All of it is read from the steps that were done to the agreement, oldest first, and from who owns its services now.
Steps of before December 2026 name an agency and no side: one of an agency that had both sides counted for both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from consent.models import Agreement, AgreementStep

Side = Literal["supplier", "recipient"]
SIDES: tuple[Side, Side] = ("supplier", "recipient")
BOTH = "both"
OTHER_OWNER, VOIDED = "other_owner", "voided"
VOIDING = (OTHER_OWNER, VOIDED)
"""Steps behind which a side's signature counts no longer: its service has another owner, or it was signed wrongly."""

Owners = Mapping[Side, str | None]
"""The agency whose service each side is; None where identity told of no such service."""


@dataclass(frozen=True, slots=True)
class Holds:
    """What keeps an agreement suspended. Shape: `unsigned` are sides whose signature counts no longer."""

    suspended: frozenset[Side]
    unsigned: frozenset[Side]

    def __bool__(self) -> bool:
        return bool(self.suspended or self.unsigned)


def agency_of(agreement: Agreement, side: Side) -> str:
    """The agency that stands for a side: its owner at drafting, or whoever has signed since."""
    return agreement.supplier_agency if side == "supplier" else agreement.recipient_agency


def written_side(sides: Sequence[Side]) -> str:
    """One or two sides, as a step keeps them."""
    return BOTH if len(sides) > 1 else sides[0]


def sides_of(agreement: Agreement, step: AgreementStep) -> tuple[Side, ...]:
    """The sides for which a step was done; a step of before that fits neither counts for both."""
    if step.side is not None:
        return tuple(side for side in SIDES if step.side in (side, BOTH))
    return tuple(side for side in SIDES if agency_of(agreement, side) == step.agency) or SIDES


def party_of(step: AgreementStep) -> str:
    """The agency for which a step was done: a sponsor's own is another one."""
    return step.sponsored or step.agency


def list_all_signatures(agreement: Agreement) -> dict[Side, AgreementStep]:
    """The last signature of each side that nothing has voided since, whether it binds or not."""
    found: dict[Side, AgreementStep] = {}
    for step in agreement.steps:
        for side in sides_of(agreement, step):
            if step.kind == "signed":
                found[side] = step
            elif step.kind in VOIDING:
                found.pop(side, None)
    return found


def list_signatures(agreement: Agreement, owners: Owners) -> dict[Side, AgreementStep]:
    """The signatures that bind: of each side the owner's own, made since the service was theirs, by two people.

    Example: an agreement of before, which one person signed for both sides, has the supplier's signature alone until
    somebody else signs for the recipient.
    """
    found: dict[Side, AgreementStep] = {}
    for step in agreement.steps:
        for side in sides_of(agreement, step):
            if step.kind == "signed" and party_of(step) == owners[side]:
                found[side] = step
            elif step.kind in VOIDING:
                found.pop(side, None)
    if len(found) == len(SIDES) and found["supplier"].by == found["recipient"].by:
        del found["recipient"]
    return found


def list_holds(agreement: Agreement) -> Holds:
    """Which sides keep an agreement suspended.

    Each lets go of its own: by resuming what it suspended, or by its owner's signature.
    """
    suspended: set[Side] = set()
    unsigned: set[Side] = set()
    for step in agreement.steps:
        sides = sides_of(agreement, step)
        match step.kind:
            case "suspended":
                suspended |= set(sides)
            case "resumed":
                # Until December 2026 either party resumed, whoever had suspended.
                suspended -= set(SIDES if step.side is None else sides)
            case kind if kind in VOIDING:
                unsigned |= set(sides)
            case "signed":
                unsigned -= set(sides)
    return Holds(frozenset(suspended), frozenset(unsigned))
