"""Requests for the welfare of a child: one body asks, and the one that holds something answers.

Who asks is told nothing of whom they named: a child of whom nobody here knows is asked about like one who is known, and
"we hold nothing" reads like "sharing would harm the child more", unless the holder lets them know.
"""

import secrets
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.clock import LONDON
from chassis.db import new_id, now, today
from chassis.etag import etag
from chassis.idempotency import OnceRunner
from chassis.outbox import emit
from chassis.paging import Page, read_cursor
from chassis.problems import Fault, RequestNotValid
from chassis.runtime import Runtime
from chassis.schemas import Written
from consent.acting_services.repository import DutyCapacity, find_capacity
from consent.acts.repository import list_steps, record_step
from consent.acts.schemas import ActStepView, by_act
from consent.events import (
    WelfareRequestAnswered,
    WelfareRequestMade,
    WelfareRequestReopened,
    WelfareRequestWithdrawn,
)
from consent.models import ActStep, Agreement, WelfareAnswer, WelfareRequest, WelfareRequestPerson
from consent.problems import (
    NoAnswerStands,
    NoReviewDue,
    NotANamedBody,
    NothingHeld,
    OwnRule,
    OwnWelfareRequest,
    PersonNotFound,
    WelfareAnswerStands,
    WelfareRequestNotFound,
    WelfareRequestOver,
)
from consent.standing import Meaning, find_meant, person_fault
from consent.welfare_requests import repository
from consent.welfare_requests.repository import YES, ReviewState
from consent.welfare_requests.schemas import (
    CHILD,
    Handling,
    WelfareAnswerBody,
    WelfareAnswerView,
    WelfareOutcome,
    WelfarePersonView,
    WelfareRequestBody,
    WelfareRequestView,
    WelfareReviewBody,
    WelfareStepBody,
    WelfareSubject,
)
from consent.welfare_rules.repository import count_answers, find_answering
from consent.welfare_rules.service import OFFICER, list_holders
from directory.checks import check_service, refuse
from directory.repository import find_service, owner_of
from vocabulary.acts import may_act
from vocabulary.grounds import GROUNDS
from vocabulary.safeguarding import add_working_days
from vocabulary.welfare import WELFARE

ASKED, RECEIVED = "welfare-requests-asked", "welfare-requests-received"
GROUND, ANSWERS, OF_AGE = "welfare_request", "welfare-requests:answer", 18


# --- asking


def ask_for_welfare(runtime: Runtime, caller: Caller, request: WelfareRequestBody, once: OnceRunner) -> Written:
    """Ask a body what it holds about a child. A standing rule of it may answer at once; otherwise a person does.

    Errors: NotANamedBody; RequestNotValid for a holder that the duty does not bind, or who was a child before;
    PersonNotFound for somebody with whom the caller does not work, where no referral is shown; Unavailable.
    """
    with runtime.read() as session:
        capacity = find_capacity(session, caller.service, today())
        if capacity is None or owner_of(session, caller.service) != caller.agency:
            raise NotANamedBody()
        _check_holder(session, caller, request.holder)
        found = find_service(session, caller.service)
        sector = found.sector if found else None
    named = [request.child, *(other.who for other in request.others)]
    _check_birth(request.child)
    meant = find_meant(runtime, caller, [_as_json(one) for one in named], request.holder)
    _check_few(meant)
    if request.referral is None:
        _check_relationship(caller, sector, meant)
    with runtime.write() as session:
        return once(
            session,
            caller,
            request,
            lambda: _record_request(session, caller, request, meant, capacity),
            "/v1/welfare-requests/{id}",
        )


def _record_request(
    session: Session, caller: Caller, asked: WelfareRequestBody, meant: Sequence[Meaning], capacity: DutyCapacity
) -> Written:
    at = now()
    request = WelfareRequest(
        id=new_id(),
        holder=asked.holder,
        service=caller.service,
        agency=caller.agency,
        acts_for=capacity.acts_for,
        by=caller.subject,
        function=asked.function,
        why=asked.why,
        categories=sorted(set(asked.categories)),
        referral=asked.referral,
        urgent=asked.urgent,
        asked_at=at,
        due_on=_due_on(at, asked.urgent),
        status="open",
        version=1,
    )
    session.add(request)
    session.flush()
    relations: dict[UUID, tuple[str, str | None]] = {}
    for index, meaning in enumerate(meant):
        other = asked.others[index - 1] if index else None
        named = asked.child if other is None else other.who
        for person in _ids_of(meaning, named, is_child=other is None):
            relations.setdefault(person, (other.relation, other.why) if other else (CHILD, None))
    session.add_all(
        WelfareRequestPerson(request=request.id, person=person, relation=relation, why=why)
        for person, (relation, why) in relations.items()
    )
    emit(
        session,
        WelfareRequestMade(
            request=request.id,
            holder=request.holder,
            service=request.service,
            people=sorted(relations),
            due=request.due_on,
        ),
    )
    if not asked.others:
        _answer_by_rule(session, caller, request, meant[0], at)
    return _written(request)


def _ids_of(meaning: Meaning, named: WelfareSubject, *, is_child: bool) -> Iterator[UUID]:
    """Whom the request is about. Somebody who is nobody, or no child, is asked about as an id that nobody has."""
    people = [one.person for one in meaning.people if not (is_child and one.is_child is False)]
    if people:
        yield from people
    else:
        yield named.person if named.person and not meaning.people and not meaning.barred else new_id()


def _answer_by_rule(session: Session, caller: Caller, request: WelfareRequest, child: Meaning, at: datetime) -> None:
    """Let a standing rule say yes, where one does.

    It judges nothing: a person answers of whoever is protected or restricted, of whom no source tells an age, or of
    whom the holder has no record.
    """
    if not child.people or not all(one.held and one.is_child for one in child.people):
        return
    if repository.is_guarded(session, [id for one in child.people for id in one.ids]):
        return
    rule = find_answering(
        session, holder=request.holder, service=request.service, roles=caller.roles, categories=request.categories,
        by=request.by, on=at.astimezone(LONDON).date(), at=at,
    )  # fmt: skip
    if rule is None or rule.confirmed_by is None:
        return
    drawn = count_answers(session, rule.id) == 0 or secrets.randbelow(WELFARE.review_one_in) == 0
    answer = WelfareAnswer(
        kind=YES,
        categories=request.categories,
        people=[str(one.person) for one in child.people],
        reason=None,
        asker_may_know=True,
        by=rule.confirmed_by,
        service=request.holder,
        agency=rule.agency,
        rule=rule.id,
        to_review=drawn,
        review_by=_review_by(at) if drawn else None,
    )
    _record_answer(session, request, answer, at)


# --- answering


def answer_request(runtime: Runtime, caller: Caller, request_id: UUID, body: WelfareAnswerBody) -> Written:
    """Answer a request, as somebody of the service that was asked, or an officer of its agency.

    The same answer again changes nothing; another one first needs this one taken back.
    Errors: WelfareRequestNotFound, also for who is barred from somebody whom it names; OwnWelfareRequest;
    WelfareRequestOver; WelfareAnswerStands; NothingHeld; RequestNotValid; Unavailable.
    """
    request, people = _find_received(runtime, caller, request_id)
    meant = _meet(runtime, caller, request, people)
    held = [str(one.person) for meaning in meant for one in meaning.people if one.held]
    beyond = sorted(set(body.categories or ()) - set(request.categories))
    if beyond:
        fix = "Name of the categories that were asked for those that you share."
        fault = Fault(pointer="/body/categories", code="not_asked_for", detail="Nobody asked for this", fix=fix)
        raise RequestNotValid(errors=[fault])
    if body.answer == YES and not held:
        raise NothingHeld()
    if body.answer == "nothing_held" and held and body.reason is None:
        fix = "Say why nothing of what you hold is relevant, or answer otherwise."
        detail = "Your service holds records of somebody whom the request names"
        raise RequestNotValid(errors=[Fault(pointer="/body/reason", code="something_held", detail=detail, fix=fix)])
    at = now()
    shared = sorted(set(body.categories or request.categories)) if body.answer == YES else []
    with runtime.write() as session:
        request = repository.lock_request(session, request_id)
        if request.status == "withdrawn":
            raise WelfareRequestOver()
        standing = repository.find_answer(session, request.id)
        if standing is not None:
            if (standing.kind, standing.categories) != (body.answer, shared):
                raise WelfareAnswerStands()
            return _written(request)
        answer = WelfareAnswer(
            kind=body.answer,
            categories=shared,
            people=held if body.answer == YES else [],
            reason=body.reason,
            asker_may_know=body.asker_may_know,
            by=caller.subject,
            service=caller.service,
            agency=caller.agency,
            rule=None,
        )
        _record_answer(session, request, answer, at)
        return _written(request)


def take_back_answer(runtime: Runtime, caller: Caller, request_id: UUID, body: WelfareStepBody) -> Written:
    """End the answer that stands, from this moment; the request is open again, and another answer is due.

    Errors: WelfareRequestNotFound; OwnWelfareRequest; NoAnswerStands; Unavailable.
    """
    request, people = _find_received(runtime, caller, request_id)
    _meet(runtime, caller, request, people)
    with runtime.write() as session:
        request = repository.lock_request(session, request_id)
        answer = repository.find_answer(session, request.id)
        if answer is None or request.status != "answered":
            raise NoAnswerStands()
        _reopen(session, caller, request, answer, "answer_taken_back", body.reason)
        return _written(request)


def review_answer(runtime: Runtime, caller: Caller, request_id: UUID, body: WelfareReviewBody) -> Written:
    """Look at what a rule answered, as somebody who neither asked nor made the rule; not justified, it ends.

    Errors: WelfareRequestNotFound; OwnWelfareRequest; OwnRule; NoReviewDue; Unavailable.
    """
    request, people = _find_received(runtime, caller, request_id)
    _meet(runtime, caller, request, people)
    with runtime.write() as session:
        request = repository.lock_request(session, request_id)
        answer = repository.find_answer(session, request.id)
        if answer is None or not answer.to_review or answer.outcome is not None:
            raise NoReviewDue()
        if caller.subject in repository.list_makers(session, answer):
            raise OwnRule()
        answer.outcome, answer.review_note = body.outcome, body.note
        answer.reviewed_by, answer.reviewed_at = caller.subject, now()
        request.version += 1
        step = f"reviewed_{body.outcome}"
        if body.outcome == "not_justified":
            _reopen(session, caller, request, answer, step, body.note)
        else:
            record_step(session, request.id, caller, step, today(), body.note)
        return _written(request)


def withdraw_request(runtime: Runtime, caller: Caller, request_id: UUID, body: WelfareStepBody) -> Written:
    """Withdraw a request, as who made it or an officer of their agency. Nothing is shown by it any more.

    Withdrawing again changes nothing. Errors: WelfareRequestNotFound.
    """
    with runtime.write() as session:
        request = repository.lock_request(session, request_id)
        if not _is_asker(caller, request):
            raise WelfareRequestNotFound()
        if request.status != "withdrawn":
            answer = repository.find_answer(session, request.id)
            if answer is not None:
                answer.ended_at, answer.ended_by, answer.ended_reason = now(), caller.subject, body.reason
            request.status = "withdrawn"
            request.version += 1
            record_step(session, request.id, caller, "withdrawn", today(), body.reason)
            emit(session, WelfareRequestWithdrawn(request=request.id))
        return _written(request)


def _record_answer(session: Session, request: WelfareRequest, answer: WelfareAnswer, at: datetime) -> None:
    answer.id, answer.request, answer.at = new_id(), request.id, at
    answer.shown_until = at + timedelta(days=WELFARE.shown_days)
    session.add(answer)
    request.status = "answered"
    request.version += 1
    session.flush()
    emit(
        session,
        WelfareRequestAnswered(
            request=request.id,
            answer=answer.id,
            kind=answer.kind,
            rule=answer.rule,
            holder=request.holder,
            service=request.service,
            user=request.by,
            people=[UUID(person) for person in answer.people],
            categories=answer.categories,
            until=answer.shown_until,
        ),
    )


def _reopen(
    session: Session, caller: Caller, request: WelfareRequest, answer: WelfareAnswer, step: str, reason: str
) -> None:
    answer.ended_at, answer.ended_by, answer.ended_reason = now(), caller.subject, reason
    request.status, request.due_on = "open", _due_on(now(), request.urgent)
    request.overdue_told = False
    request.version += 1
    record_step(session, request.id, caller, step, today(), reason)
    emit(session, WelfareRequestReopened(request=request.id, answer=answer.id, due=request.due_on))


# --- reading


def show_request(runtime: Runtime, caller: Caller, request_id: UUID) -> WelfareRequestView:
    """A request, as whoever made it or as the holder. Errors: WelfareRequestNotFound; Unavailable."""
    with runtime.read() as session:
        request = repository.find_request(session, request_id)
        if request is not None and _is_asker(caller, request):
            return _views(session, [request], as_holder=False)[0]
    request, people = _find_received(runtime, caller, request_id)
    _meet(runtime, caller, request, people)
    with runtime.read() as session:
        return _views(session, [request], as_holder=True)[0]


def list_asked(
    session: Session, caller: Caller, overdue: bool, after: str | None, limit: int
) -> Page[WelfareRequestView]:
    """What the caller asked, or what was asked in their agency where they are its officer. Errors: CursorNotValid."""
    position = read_cursor(after, ASKED)
    officer = OFFICER in caller.roles
    rows = repository.list_asked(
        session,
        by=None if officer else caller.subject,
        agency=caller.agency if officer else None,
        overdue_on=today() if overdue else None,
        after=UUID(position[0]) if position else None,
        limit=limit + 1,
    )
    views = _views(session, rows, as_holder=False)
    return Page[WelfareRequestView].cut(views, limit, name=ASKED, position=lambda view: view.id)


def list_received(
    runtime: Runtime,
    caller: Caller,
    *,
    status: str | None,
    overdue: bool,
    review: ReviewState | None,
    after: str | None,
    limit: int,
) -> Page[WelfareRequestView]:
    """What was asked of the services for which the caller answers, without what names somebody whom they must not meet.

    Errors: CursorNotValid; Unavailable.
    """
    position = read_cursor(after, RECEIVED)
    with runtime.read() as session:
        rows = repository.list_received(
            session,
            list_holders(session, caller) if ANSWERS in caller.scopes else [],
            but_by=caller.subject,
            status=status,
            overdue_on=today() if overdue else None,
            review=review,
            today=today(),
            after=UUID(position[0]) if position else None,
            limit=limit + 1,
        )
        people = repository.read_people(session, [row.id for row in rows])
        views = _views(session, rows, as_holder=True)
    page = Page[WelfareRequestView].cut(views, limit, name=RECEIVED, position=lambda view: view.id)
    barred = _find_barred(runtime, caller, people)
    return page.model_copy(update={"items": [view for view in page.items if view.id not in barred]})


def count_overdue_requests(runtime: Runtime) -> int:
    """How many requests nobody answered in time, in all agencies: an alarm."""
    with runtime.read() as session:
        return repository.count_overdue(session, today())


def count_late_reviews(runtime: Runtime) -> int:
    """How many answers of rules nobody looked at in time, in all agencies: an alarm."""
    with runtime.read() as session:
        return repository.count_late_reviews(session, today())


# --- who may


def _is_asker(caller: Caller, request: WelfareRequest) -> bool:
    """Who made it, or an officer who watches over what their agency asks."""
    officer = OFFICER in caller.roles and request.agency == caller.agency
    return (request.by == caller.subject and request.service == caller.service) or officer


def _find_received(
    runtime: Runtime, caller: Caller, request_id: UUID
) -> tuple[WelfareRequest, list[WelfareRequestPerson]]:
    """A request that the caller may answer, with whom it names. Errors: WelfareRequestNotFound; OwnWelfareRequest."""
    with runtime.read() as session:
        request = repository.find_request(session, request_id)
        answers = ANSWERS in caller.scopes and request is not None and request.holder in list_holders(session, caller)
        if request is None or not answers:
            raise WelfareRequestNotFound()
        # Two services of one council may ask each other; nobody of the one that asked answers for the other.
        if caller.subject == request.by or caller.service == request.service:
            raise OwnWelfareRequest()
        return request, repository.read_people(session, [request.id]).get(request.id, [])


def _meet(
    runtime: Runtime, caller: Caller, request: WelfareRequest, people: Sequence[WelfareRequestPerson]
) -> tuple[Meaning, ...]:
    """Who they are to the caller. Errors: WelfareRequestNotFound for who is barred from one of them; Unavailable."""
    meant = find_meant(runtime, caller, [{"person": str(one.person)} for one in people], request.holder)
    if any(meaning.barred for meaning in meant):
        raise WelfareRequestNotFound()
    return meant


def _find_barred(runtime: Runtime, caller: Caller, people: dict[UUID, list[WelfareRequestPerson]]) -> set[UUID]:
    """The requests that name somebody whom the caller must not meet."""
    named = [(request, one.person) for request, rows in people.items() for one in rows]
    if not named:
        return set()
    found: set[UUID] = set()
    for begin in range(0, len(named), NAMED_AT_ONCE):
        some = named[begin : begin + NAMED_AT_ONCE]
        meant = find_meant(runtime, caller, [{"person": str(person)} for _, person in some], caller.service)
        found |= {request for (request, _), meaning in zip(some, meant, strict=True) if meaning.barred}
    return found


NAMED_AT_ONCE = 500


# --- what a request must be


def _check_holder(session: Session, caller: Caller, holder: str) -> None:
    refuse(check_service(session, holder, "/body/holder"))
    if holder == caller.service:
        fix = "Name another service; what your own holds needs no request."
        refuse(Fault(pointer="/body/holder", code="own_service", detail="Your own service", fix=fix))
    if find_capacity(session, holder, today()) is None:
        detail = "The duty to share binds no such service: neither of a body that the law names, nor acting for one"
        fix = "Ask a body that it binds, or rest what you do on an agreement with this one."
        refuse(Fault(pointer="/body/holder", code="not_a_named_body", detail=detail, fix=fix))


def _check_birth(child: WelfareSubject) -> None:
    """By what the caller says themself; what is known of whom it means is told nobody."""
    born = child.date_of_birth
    if born is not None and age_on(born, today()) >= OF_AGE:
        fix = "Name the child, and whoever else it concerns among `others`."
        refuse(Fault(pointer="/body/child", code="not_a_child", detail="Should be under eighteen", fix=fix))


def age_on(born: date, day: date) -> int:
    """Units: years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _check_few(meant: Sequence[Meaning]) -> None:
    faults = [
        Fault(
            pointer=_pointer(index),
            code="too_many_fit",
            detail="This fits more people than one can be",
            fix="Give a number of theirs, or their id.",
        )
        for index, meaning in enumerate(meant)
        if meaning.too_many
    ]
    if faults:
        raise RequestNotValid(errors=faults)


def _check_relationship(caller: Caller, sector: str | None, meant: Sequence[Meaning]) -> None:
    """Who shows no referral works with everybody whom they name. Errors: PersonNotFound."""
    faults = []
    for index, meaning in enumerate(meant):
        met = [
            one
            for one in meaning.people
            if may_act("ask_about_child", one.ways, caller.roles, sector) and (index or one.is_child is not False)
        ]
        if not met or len(met) < len(meaning.people):
            faults.append(person_fault(_pointer(index)))
    if faults:
        raise PersonNotFound(errors=faults)


def _pointer(index: int) -> str:
    return f"/body/others/{index - 1}/who" if index else "/body/child"


def _as_json(named: WelfareSubject) -> dict[str, str]:
    return {name: str(value) for name, value in named.model_dump(exclude_none=True).items()}


def _due_on(at: datetime, urgent: bool) -> date:
    days = WELFARE.urgent_working_days if urgent else WELFARE.answer_working_days
    return add_working_days(at.astimezone(LONDON).date(), days)


def _review_by(at: datetime) -> date:
    return add_working_days(at.astimezone(LONDON).date(), WELFARE.review_working_days)


# --- as it is shown


def _views(session: Session, requests: Sequence[WelfareRequest], *, as_holder: bool) -> list[WelfareRequestView]:
    ids = [request.id for request in requests]
    people = repository.read_people(session, ids) if as_holder else {}
    answers = repository.read_answers(session, ids)
    steps = by_act(list_steps(session, ids))
    handling: dict[tuple[str, str], list[Agreement]] = {}
    for one in requests:
        pair = one.holder, one.service
        if pair not in handling:
            handling[pair] = repository.list_handling(session, *pair, today())
    return [
        _view(
            one,
            handling[one.holder, one.service],
            people.get(one.id, []) if as_holder else None,
            answers.get(one.id, []),
            steps.get(one.id, []),
        )
        for one in requests
    ]


def _view(
    request: WelfareRequest,
    handling: Sequence[Agreement],
    people: Sequence[WelfareRequestPerson] | None,
    answers: Sequence[WelfareAnswer],
    steps: Sequence[ActStep],
) -> WelfareRequestView:
    """Shape: with `people` as the holder sees it, without as who asked."""
    names = ("id", "holder", "service", "agency", "acts_for", "by", "function", "why", "categories", "referral",
             "urgent", "asked_at", "due_on", "status")  # fmt: skip
    said = {name: getattr(request, name) for name in names}
    said["overdue"] = request.status == "open" and request.due_on < today()
    said["handling"] = [
        Handling(agreement=one.id, control=one.control, retention=one.retention, security=one.security)
        for one in handling
    ]
    if people is None:
        # Steps of the holder would tell that it holds something: who asked sees their own.
        own = [step for step in steps if step.kind == "withdrawn"]
        standing = next((answer for answer in answers if answer.ended_at is None), None)
        outcome = _outcome(standing) if standing is not None and request.status == "answered" else None
        history = [ActStepView.model_validate(step) for step in own]
        return WelfareRequestView(**said, outcome=outcome, history=history, etag=etag(request.version))
    return WelfareRequestView(
        **said,
        people=[WelfarePersonView(person=one.person, relation=one.relation, why=one.why) for one in people],
        answers=[WelfareAnswerView.model_validate(answer) for answer in answers],
        history=[ActStepView.model_validate(step) for step in steps],
        etag=etag(request.version),
    )


def _outcome(answer: WelfareAnswer) -> WelfareOutcome:
    if answer.kind == YES:
        return WelfareOutcome(
            outcome="shared",
            at=answer.at,
            categories=answer.categories,
            people=[UUID(person) for person in answer.people],
            shown_until=answer.shown_until,
            basis=GROUNDS[GROUND].basis,
        )
    told = answer.kind if answer.asker_may_know else "not_shared"
    return WelfareOutcome(outcome=told, at=answer.at, categories=[], people=[], shown_until=None, basis=None)


def _written(request: WelfareRequest) -> Written:
    return Written(id=request.id, status=request.status, etag=etag(request.version))
