"""Agreements that bind, or did, though they were not signed as they should be: those of before December 2026.

Until then the request said which agencies an agreement binds, and one person could sign for both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from consent.agreements import repository
from consent.agreements.parties import SIDES, Side, list_all_signatures, list_holds, party_of
from consent.agreements.service import void_signatures
from consent.models import Agreement
from directory.repository import owner_at

What = Literal["same_person", "not_the_owner", "unknown_service", "not_signed"]
SENTENCES: dict[What, str] = {
    "same_person": "one person signed both sides",
    "not_the_owner": "signed by an agency whose service it was not",
    "unknown_service": "identity knows no such service",
    "not_signed": "nobody signed",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a side's signature. Of one person's two, the recipient's is taken for the wrong one."""

    side: Side
    what: What


@dataclass(frozen=True, slots=True)
class WronglySigned:
    """An agreement that stands, with what is wrong with its signatures."""

    agreement: UUID
    supplier: str
    recipient: str
    status: str
    faults: tuple[Fault, ...]

    @property
    def sentence(self) -> str:
        """For whoever looks after it. Names services and no person."""
        said = "; ".join(f"{fault.side}: {SENTENCES[fault.what]}" for fault in self.faults)
        return f"{self.agreement} {self.supplier} to {self.recipient}, {self.status}: {said}"


def list_wrongly_signed(session: Session) -> list[WronglySigned]:
    """Every agreement that was signed, has not ended, and should not have been signed so; oldest first."""
    found = []
    for agreement in repository.list_not_ended(session):
        faults = tuple(_faults_of(session, agreement)) if agreement.status != "draft" else ()
        if faults:
            found.append(WronglySigned(agreement.id, agreement.supplier, agreement.recipient, agreement.status, faults))
    return found


def void_wrong_signatures(session: Session) -> list[WronglySigned]:
    """Suspend them all, until each wrong side is signed by who should. Returns what there was."""
    found = {wrong.agreement: wrong for wrong in list_wrongly_signed(session)}
    for agreement in repository.list_not_ended(session):
        wrong = found.get(agreement.id)
        if wrong is not None:
            sides = [fault.side for fault in wrong.faults]
            void_signatures(session, agreement, [side for side in SIDES if side in sides], wrong.faults[0].what)
    return list(found.values())


def _faults_of(session: Session, agreement: Agreement) -> Sequence[Fault]:
    signed, held = list_all_signatures(agreement), list_holds(agreement)
    found: list[Fault] = []
    for side in SIDES:
        step, service = signed.get(side), getattr(agreement, side)
        if step is None:
            if side not in held.unsigned:  # or it is known, and waits for the right signature
                found.append(Fault(side, "not_signed"))
            continue
        owner = owner_at(session, service, step.recorded_at)
        if owner is None:
            found.append(Fault(side, "unknown_service"))
        elif party_of(step) != owner:
            found.append(Fault(side, "not_the_owner"))
    both = [signed[side].by for side in SIDES if side in signed]
    if len(both) == len(SIDES) and both[0] == both[1] and not any(fault.side == "recipient" for fault in found):
        found.append(Fault("recipient", "same_person"))
    return found
