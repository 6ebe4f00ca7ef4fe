"""What kind of premises an address is: said by an agency at once, taken back by two people.

Each agency's flag stands by itself, and the premises are what the flag that protects most says. So nobody takes away
what another agency said: the police flag a refuge that the council has flagged as well, and take their flag back; it
stays a refuge. Which kinds protect more, who may say and who may see each is data: `premises.toml` of the vocabulary.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.clock import london_day
from chassis.db import new_id, now
from chassis.etag import etag
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, RequestNotValid
from chassis.schemas import Written
from directory.repository import find_service, owner_of
from families.composition_queue.repository import mark_anew
from families.families.service import hide_areas
from families.matching.forgetting import forget_addresses, learn_addresses
from families.models.premises import Premises, PremisesFlag, PremisesLowering
from families.premises import repository
from families.premises.schemas import (
    FlagView,
    LoweringAsked,
    LoweringDecision,
    LoweringRequest,
    LoweringView,
    PremisesActView,
    PremisesRequest,
    PremisesView,
    PremisesWritten,
)
from families.problems import (
    LoweringAlreadyAsked,
    LoweringOver,
    LoweringTakesTwo,
    PremisesNotFound,
    SecondPersonNeeded,
)
from families.reach import OWN_SERVICE
from vocabulary.premises import HIDING, ORDINARY, PREMISES_KINDS

LIST = "premises"
WAITING = "waiting"
UNOWNED = "Flagged before flags had owners."


@dataclass(frozen=True)
class Officer:
    """Who asks: their agency, the kind of supplier that their service is, and whether the council is their agency."""

    subject: str
    agency: str
    service: str
    sector: str
    of_council: bool

    def may_flag(self, kind: str) -> bool:
        return self.of_council or self.sector in PREMISES_KINDS[kind].flagged_by

    def may_see(self, flag: PremisesFlag) -> bool:
        return flag.kind in self.kinds_seen or self.may_lower(flag)

    def may_lower(self, flag: PremisesFlag) -> bool:
        """The agency that flagged it, and the council's officer; of a flag without an owner only the latter."""
        return self.of_council or flag.agency == self.agency

    @property
    def kinds_seen(self) -> frozenset[str]:
        return frozenset(
            kind.code for kind in PREMISES_KINDS.values() if self.of_council or self.sector in kind.seen_by
        )


def flag_premises(session: Session, caller: Caller, uprn: str, request: PremisesRequest) -> PremisesWritten:
    """Say for your agency what kind of premises an address is, at once. The same again changes nothing.

    The answer tells of your agency's own flag alone, so that nobody learns by it what others have said.
    Errors: PremisesNotFound for who may not say it; LoweringTakesTwo where your agency's flag protects more.
    """
    officer = _get_officer(session, caller)
    if not officer.may_flag(request.kind):
        raise PremisesNotFound()
    premises = repository.lock_premises(session, uprn)
    flags = _own_flags(session, premises)
    own = next((flag for flag in flags if flag.agency == officer.agency and flag.ended_at is None), None)
    number = sum(flag.agency == officer.agency for flag in flags)
    if own is not None and own.kind == request.kind:
        return PremisesWritten(status=own.kind, etag=etag(number))
    if own is not None and _protects(request.kind) < _protects(own.kind):
        raise LoweringTakesTwo()
    flag = PremisesFlag(
        id=new_id(), uprn=uprn, kind=request.kind, agency=officer.agency, service=officer.service, on=request.date,
        reason=request.reason, by=officer.subject, at=now(),
    )  # fmt: skip
    if own is not None:
        _end_flag(session, own, flag.id)
        for lowering in repository.list_lowerings(session, [own.id]):
            if lowering.status == WAITING:
                lowering.status, lowering.decided_at = "overtaken", now()
    repository.add(session, flag)
    _settle(session, premises, [*flags, flag])
    return PremisesWritten(status=flag.kind, etag=etag(number + 1))


def ask_lowering(session: Session, caller: Caller, uprn: str, request: LoweringRequest) -> Written:
    """Ask that a flag protect less, or be taken away. Nothing changes until a second person confirms it.

    Errors: PremisesNotFound for who may not ask it of that flag; RequestNotValid where it would not protect less;
    LoweringAlreadyAsked.
    """
    officer = _get_officer(session, caller)
    flags = _own_flags(session, repository.lock_premises(session, uprn))
    flag = _find_asked(officer, flags, request.flag)
    if flag is None:
        raise PremisesNotFound()
    if _protects(request.kind) >= _protects(flag.kind):
        raise RequestNotValid(errors=[NOT_LOWER])
    if any(lowering.status == WAITING for lowering in repository.list_lowerings(session, [flag.id])):
        raise LoweringAlreadyAsked()
    lowering = PremisesLowering(
        id=new_id(), flag=flag.id, to=request.kind, status=WAITING, agency=officer.agency, on=request.date,
        reason=request.reason, asked_by=officer.subject, asked_at=now(),
    )  # fmt: skip
    repository.add(session, lowering)
    return LoweringAsked(id=lowering.id, status=WAITING, etag=etag(1))


def decide_lowering(
    session: Session, caller: Caller, uprn: str, lowering_id: UUID, request: LoweringDecision
) -> Written:
    """Confirm what another person asked, or refuse it. The same answer by the same person again changes nothing.

    Errors: PremisesNotFound for who may not decide it; LoweringOver; SecondPersonNeeded.
    """
    officer = _get_officer(session, caller)
    premises = repository.lock_premises(session, uprn)
    lowering = repository.find_lowering(session, lowering_id)
    flag = repository.find_flag(session, lowering.flag) if lowering else None
    if lowering is None or flag is None or flag.uprn != uprn or not officer.may_lower(flag):
        raise PremisesNotFound()
    if (lowering.status, lowering.decided_by) == (request.verdict, officer.subject):
        return Written(id=lowering.id, status=lowering.status, etag=etag(2))
    if lowering.status != WAITING:
        raise LoweringOver()
    if request.verdict == "confirmed" and officer.subject == lowering.asked_by:
        raise SecondPersonNeeded()
    lowering.status, lowering.decided_on, lowering.decided_reason = request.verdict, request.date, request.reason
    lowering.decided_by, lowering.decided_agency, lowering.decided_at = officer.subject, officer.agency, now()
    if request.verdict == "confirmed":
        _lower(session, premises, flag, lowering)
    return Written(id=lowering.id, status=lowering.status, etag=etag(2))


def show_premises(session: Session, caller: Caller, uprn: str) -> PremisesView:
    """What was said of an address, as far as the caller may know it.

    Errors: PremisesNotFound, the same where nothing was said and where it may not be known.
    """
    views = _view_premises(session, _get_officer(session, caller), [uprn])
    if not views:
        raise PremisesNotFound()
    return views[0]


def list_premises(session: Session, caller: Caller, after: str | None, limit: int) -> Page[PremisesView]:
    """The premises of which a flag stands that the caller may know, by UPRN. Errors: CursorNotValid."""
    position = read_cursor(after, LIST)
    officer = _find_officer(session, caller)
    uprns: list[str] = []
    if officer is not None:
        last = str(position[0]) if position else None
        uprns = repository.list_flagged(session, officer.kinds_seen, officer.agency, last, limit + 1)
    views = {view.uprn: view for view in _view_premises(session, officer, uprns)} if officer else {}
    return Page[PremisesView].cut(uprns, limit, name=LIST, position=lambda uprn: uprn, view=lambda uprn: views[uprn])


NOT_LOWER = Fault(
    pointer="/body/kind",
    code="protects_no_less",
    detail="Should be a kind that protects less than the flag",
    fix="To protect more, or as much, flag the premises anew with `PUT /v1/premises/{uprn}`.",
)


def _find_officer(session: Session, caller: Caller) -> Officer | None:
    """None for a machine, and for a service of which nobody has told."""
    service = find_service(session, caller.service) if caller.is_person else None
    if service is None:
        return None
    of_council = owner_of(session, OWN_SERVICE) == caller.agency
    return Officer(caller.subject, caller.agency, caller.service, service.sector, of_council)


def _get_officer(session: Session, caller: Caller) -> Officer:
    officer = _find_officer(session, caller)
    if officer is None:
        raise PremisesNotFound()
    return officer


def _protects(kind: str) -> int:
    return PREMISES_KINDS[kind].protection


def _own_flags(session: Session, premises: Premises) -> list[PremisesFlag]:
    """Every flag of the premises; what was said before flags had owners becomes one without."""
    flags = repository.list_flags(session, [premises.uprn])
    if not flags and premises.kind != ORDINARY:
        flags = [_unowned(premises)]
        flags[0].id = new_id()
        repository.add(session, flags[0])
    return flags


def _unowned(premises: Premises) -> PremisesFlag:
    return PremisesFlag(
        uprn=premises.uprn, kind=premises.kind, agency=None, service=None, on=london_day(premises.recorded_at),
        reason=UNOWNED, by=None, at=premises.recorded_at,
    )  # fmt: skip


def _find_asked(officer: Officer, flags: Sequence[PremisesFlag], asked: UUID | None) -> PremisesFlag | None:
    """The standing flag that is meant: the one named, else the agency's own, else for the council one without owner."""
    standing = [flag for flag in flags if flag.ended_at is None and officer.may_lower(flag)]
    if asked is not None:
        return next((flag for flag in standing if flag.id == asked), None)
    own = [flag for flag in standing if flag.agency == officer.agency]
    return next(iter(own or [flag for flag in standing if flag.agency is None]), None)


def _end_flag(session: Session, flag: PremisesFlag, by: UUID | None) -> None:
    flag.ended_at, flag.replaced_by = now(), by
    session.flush()


def _lower(session: Session, premises: Premises, flag: PremisesFlag, lowering: PremisesLowering) -> None:
    new = None
    if lowering.to != ORDINARY:
        new = PremisesFlag(
            id=new_id(), uprn=flag.uprn, kind=lowering.to, agency=flag.agency, service=flag.service, on=lowering.on,
            reason=lowering.reason, by=lowering.asked_by, at=now(),
        )  # fmt: skip
    _end_flag(session, flag, new.id if new else None)
    if new is not None:
        repository.add(session, new)
    _settle(session, premises, repository.list_flags(session, [premises.uprn]))


def _settle(session: Session, premises: Premises, flags: Iterable[PremisesFlag]) -> None:
    """Let the premises be what the standing flag says that protects most; of several, the latest."""
    standing = [flag for flag in flags if flag.ended_at is None]
    most = max(standing, key=lambda flag: (_protects(flag.kind), flag.at, flag.id), default=None)
    kind, before = most.kind if most else ORDINARY, premises.kind
    if kind == before:
        return
    premises.kind, premises.version = kind, premises.version + 1
    session.flush()
    residents = repository.find_residents(session, premises.uprn)
    if kind in HIDING:
        forget_addresses(session, residents)
        # At once: the composition may wait for a push to end.
        hide_areas(session, residents)
    elif kind == ORDINARY:
        learn_addresses(session, residents)
    mark_anew(session, residents)


def _view_premises(session: Session, officer: Officer, uprns: Collection[str]) -> list[PremisesView]:
    flags = [*repository.list_flags(session, uprns), *map(_unowned, repository.list_unowned(session, uprns))]
    lowerings: dict[UUID, list[PremisesLowering]] = {}
    for lowering in repository.list_lowerings(session, [flag.id for flag in flags if flag.id]):
        lowerings.setdefault(lowering.flag, []).append(lowering)
    seen: dict[str, list[PremisesFlag]] = {}
    for flag in flags:
        if officer.may_see(flag):
            seen.setdefault(flag.uprn, []).append(flag)
    return [
        PremisesView(
            uprn=uprn,
            flags=[_view_flag(flag, lowerings.get(flag.id, [])) for flag in seen[uprn] if flag.ended_at is None],
            history=_view_history(seen[uprn], lowerings),
        )
        for uprn in uprns
        if uprn in seen
    ]


def _view_flag(flag: PremisesFlag, lowerings: Iterable[PremisesLowering]) -> FlagView:
    waiting = next((lowering for lowering in lowerings if lowering.status == WAITING), None)
    return FlagView(
        id=flag.id,
        kind=flag.kind,
        agency=flag.agency,
        date=flag.on,
        waiting=LoweringView(
            id=waiting.id, kind=waiting.to, date=waiting.on, reason=waiting.reason, asked_by=waiting.asked_by
        )
        if waiting
        else None,
    )


def _view_history(
    flags: Iterable[PremisesFlag], lowerings: dict[UUID, list[PremisesLowering]]
) -> list[PremisesActView]:
    acts: list[PremisesActView] = []
    for flag in flags:
        acts.append(
            PremisesActView(
                act="flagged", kind=flag.kind, agency=flag.agency, by=flag.by, date=flag.on, reason=flag.reason,
                at=flag.at,
            )
        )  # fmt: skip
        for asked in lowerings.get(flag.id, []):
            acts.append(
                PremisesActView(
                    act="lowering_asked", kind=asked.to, agency=asked.agency, by=asked.asked_by, date=asked.on,
                    reason=asked.reason, at=asked.asked_at,
                )
            )  # fmt: skip
            if asked.decided_by and asked.decided_on and asked.decided_at:
                acts.append(
                    PremisesActView(
                        act=f"lowering_{asked.status}", kind=asked.to, agency=asked.decided_agency,
                        by=asked.decided_by, date=asked.decided_on, reason=asked.decided_reason or "",
                        at=asked.decided_at,
                    )
                )  # fmt: skip
    return sorted(acts, key=lambda act: act.at)
