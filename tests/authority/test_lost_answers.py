"""A program is stopped, killed or garbles during each change of a family's journey, from support to payment.

Whatever is told of the change is true: what is called done was done, what is called not done was not, and of what
nobody can know it is said that nobody knows. The same again with the same key is the same change, done once.

Which fault strikes whom follows from a seed. A run tries one journey on each footing, a soak many.
"""

import hashlib
import io
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import pytest
from graphql import GraphQLObjectType, GraphQLUnionType, get_named_type
from sqlalchemy import select

from authority.earned import claims_of, settle_family
from authority.town import Town, found_town
from chassis.clock import today
from fixtures.faulty import GARBAGE, Fault, Faulty, FaultyAsync, Way
from fixtures.footing import Footing
from fixtures.platform import Platform, logging_to
from fixtures.soak import SEED, times
from fixtures.stack import Programs
from gateway.schema import make_schema
from sandbox import actors

ON = "2019-04-14"
INNER = {"families": "consent", "consent": "families", "claims": "consent"}
"""Whom a program asks before it changes anything."""
UNCOUNTED = frozenset(
    {"idempotency_key", "inbox", "position", "decision", "sharing", "log_leaf", "log_block", "log_head", "log_check",
     "sent_batch", "sent_mark", "shared_as"}
)  # fmt: skip
"""Tables that tell of asking, and not of a change."""
DETAIL = "The change may have been made: repeat it with the same idempotency key."
SCHEMA = make_schema()._schema


def camel_name(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


def camel(value: Any) -> Any:
    """JSON of REST as GraphQL takes it."""
    if isinstance(value, dict):
        return {
            name.split("_")[0] + "".join(w.title() for w in name.split("_")[1:]): camel(v) for name, v in value.items()
        }
    return [camel(one) for one in value] if isinstance(value, list) else value


@dataclass
class Journey:
    """One family's changes, each struck by a fault. Shape: `told` says which, for whoever reads a failure."""

    town: Town
    seed: int
    ways: dict[tuple[str, str], Way]
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)

    def change(self, who: str, program: str, name: str, purpose: str = "", **arguments: Any) -> dict[str, Any]:
        """Ask for a change while a fault strikes, then again without one, twice. Returns what was done."""
        ways = [("gateway", program), *([(program, INNER[program])] if program in INNER else [])]
        caller, called = self.random.choice(ways)
        way, fault = self.ways[caller, called], self.random.choice(list(Fault))
        way.garbage, way.struck, key = self.random.choice(GARBAGE), 0, secrets.token_hex(12)
        at_once = self.random.random() < 0.5
        self.told.append(f"{name}: {called}, asked by {caller}, {fault.value}")
        before = self.see(program)
        way.fault = fault
        try:
            result = self.ask(who, name, key, purpose, arguments)
        finally:
            way.fault = None
        done = self.see(program) != before
        if caller == "gateway":
            assert way.struck == 1 and done == fault.delivers, self.told
        self.check_told(result, done, struck=way.struck > 0)
        if way.held and at_once:
            way.resume()  # it does in the end what nobody waits for any more
            done = self.see(program) != before or done
        known = self.see(program)
        first = self.ask(who, name, key, purpose, arguments)
        assert first["__typename"] not in PROBLEMS, (self.told, first)
        after = self.see(program)
        assert (after == known) == done, (self.told, "it was done twice" if done else "it was not done", known, after)
        way.resume()
        again = self.ask(who, name, key, purpose, arguments)
        assert (again, self.see(program)) == (first, after), (self.told, again, first)
        return first

    def check_told(self, result: dict[str, Any], done: bool, *, struck: bool) -> None:
        """What was told of a change is true."""
        kind = result["__typename"]
        if kind == "OutcomeNotKnown":
            assert struck and result["detail"] == DETAIL, (self.told, result)
        elif kind == "Unavailable":
            assert struck and not done, (self.told, result)
        else:
            assert kind not in PROBLEMS and done, (self.told, result)
        assert "nothing" not in result.get("detail", "").lower(), (self.told, result)

    def ask(self, who: str, name: str, key: str, purpose: str, arguments: dict[str, Any]) -> dict[str, Any]:
        root = SCHEMA.mutation_type
        assert root is not None
        field, given = root.fields[name], dict(arguments)
        if "idempotencyKey" in field.args:
            given["idempotencyKey"] = key
        union = get_named_type(field.type)
        assert isinstance(union, GraphQLUnionType) and isinstance(union.types[0], GraphQLObjectType)
        shown = " ".join(m for m in ("id", "status") if m in union.types[0].fields)
        stated = ", ".join(f"${argument}: {field.args[argument].type}" for argument in given)
        passed = ", ".join(f"{argument}: ${argument}" for argument in given)
        problem = "title detail errors { pointer code }"
        selection = f"__typename ... on {union.types[0].name} {{ {shown} }} ... on Problem {{ {problem} }}"
        query = f"mutation ({stated}) {{ change: {name}({passed}) {{ {selection} }} }}"
        body = {"query": query, "variables": given}
        answer = self.town.done(self.town.post(who, "gateway", "/graphql", body, purpose=purpose))
        assert "errors" not in answer, (self.told, answer)
        change: dict[str, Any] = answer["data"]["change"]
        return change

    def see(self, program: str) -> dict[str, int]:
        """All that a program keeps which a change may touch. Shape: table → a digest of its rows."""
        running = self.town.platform[program]
        base = running.program.base
        assert base is not None
        with running.runtime.read() as session:
            return {
                name: hash(frozenset(map(repr, session.execute(select(table)))))
                for name, table in base.metadata.tables.items()
                if name not in UNCOUNTED
            }


PROBLEMS = frozenset({"NotAllowed", "NotFound", "NotValid", "Conflict", "Unavailable", "OutcomeNotKnown"})


@pytest.fixture(scope="module")
def other_town(tmp_path_factory: pytest.TempPathFactory, footing: Footing) -> Iterator[Town]:
    """A town of its own: faults are put into its programs, and all its checked claims go into one batch."""
    programs, log = Programs(tmp_path_factory.mktemp("faults"), footing), io.StringIO()
    try:
        with logging_to(log):
            founded = found_town(Platform(programs, log))
        yield founded
    finally:
        programs.close()


@pytest.fixture(scope="module")
def ways(other_town: Town) -> dict[tuple[str, str], Way]:
    platform = other_town.platform
    found = {("gateway", program): Way() for program in INNER}
    for (_, program), way in found.items():
        client = httpx.AsyncClient(base_url=platform[program].url, transport=FaultyAsync(way), timeout=60)
        platform["gateway"].app.state.programs[program] = client
    for caller, called in INNER.items():
        way = found[caller, called] = Way(meant=lambda _: True)
        inner = platform[caller].runtime.client(called)
        inner._http = httpx.Client(base_url=platform[called].url, transport=Faulty(way))
    return found


@pytest.mark.parametrize("number", range(times(run=1, soak=25)))
def test_no_change_is_told_wrongly_and_none_is_done_twice(
    other_town: Town, ways: dict[tuple[str, str], Way], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr("chassis.http.FIRST_PAUSE", 0.0001)  # between tries of a call that may be repeated
    town, journey = other_town, Journey(other_town, SEED + number, ways)
    family = settle_family(town, 92_100 + number, f"Lost{chr(97 + number)}")
    rows = town.done(town.get("cora", "families", f"/v1/families/{family}/members", purpose="support"))["items"]
    who = {row["role"]: row["person"] for row in rows}
    check_support(journey, family)
    check_consents(journey, who["child"], who["adult"])
    check_safeguarding(journey, who["child"], f"CSC-{number}", f"99900009{number:04}")
    check_agreement(journey)
    town.settle()
    check_money(journey, family)


def check_support(journey: Journey, family: str) -> None:
    town, support, day = journey.town, "support", {"date": "2017-09-04"}
    agreed, lead = day | {"agreed": True}, day | {"user": town.people["leo"], "service": "programme"}
    found = day | {"kind": "early_help", "needs": ["work"]}
    plan = day | {"goals": [{"need": "work", "goal": "A job"}]}
    seen = day | {"reason": "Seen the paper file of that time"}
    journey.change("cora", "families", "recordAgreementToBeSupported", support, family=family, input=agreed)
    journey.change("cora", "families", "nameLeadProfessional", support, family=family, input=lead)
    journey.change("leo", "families", "recordAssessment", support, family=family, input=found)
    journey.change("leo", "families", "agreePlan", support, family=family, input=plan)
    # Whoever recorded an act does not confirm it, so the rest is for a second person.
    journey.change("cora", "families", "confirmLateActs", support, family=family, input=seen)
    journey.change("pia", "families", "confirmLateActs", support, family=family, input=seen)


def check_consents(journey: Journey, child: str, mother: str) -> None:
    town, day = journey.town, today().isoformat()
    text = {"code": f"lost-{journey.seed}", "version": "1", "language": "en", "text": "What we do."}
    notice = town.done(town.post("iris", "consent", "/v1/notices", text))["id"]
    delivered = {"date": day, "channel": "in_person", "persons": [child, mother]}
    delivery = journey.change("cora", "consent", "deliverNotice", "support", notice=notice, input=delivered)["id"]
    back = {"persons": [mother], "reason": "Returned by post"}
    journey.change("cora", "consent", "correctNoticeDelivery", "support", notice=notice, delivery=delivery, input=back)
    consent = {
        "person": child, "givenBy": "representative", "representative": mother, "date": day, "purposes": ["support"],
        "categories": ["attendance"], "recipients": ["programme"], "notice": notice, "channel": "in_person",
    }  # fmt: skip
    given = [journey.change("cora", "consent", "recordConsent", "support", input=consent)["id"] for _ in range(2)]
    journey.change("cora", "consent", "withdrawConsent", "support", consent=given[0], input={"date": day})
    journey.change("cora", "consent", "correctConsent", "support", consent=given[1], input={"reason": "Another child"})
    objects = {"person": mother, "date": day, "purposes": ["support"]}
    objection = journey.change("iris", "consent", "raiseObjection", input=objects)["id"]
    over = {"date": day, "reason": "He took it back"}
    journey.change("iris", "consent", "withdrawObjection", objection=objection, input=over)


def check_safeguarding(journey: Journey, child: str, reference: str, uprn: str) -> None:
    town, day, safe = journey.town, today().isoformat(), "safeguarding"
    enquiry = {"reference": reference, "kind": "s47", "begun": day, "subjects": [{"person": child}]}
    opened = journey.change("sade", "families", "openEnquiry", safe, input=enquiry)["id"]
    closing = {"date": day, "reason": "Done"}
    journey.change("sade", "families", "closeEnquiry", safe, enquiry=opened, input=closing)
    journey.change("sade", "families", "reopenEnquiry", safe, enquiry=opened, reason="Too soon")
    urgent = {"people": [{"person": child}], "reason": "He is locked in"}
    used = journey.change("max", "families", "useEmergencyAccess", safe, input=urgent)["id"]
    found = {"outcome": "justified", "note": "It was"}
    journey.change("tara", "families", "reviewEmergencyAccess", safe, access=used, input=found)
    flag = {"kind": "hostel", "reason": "On the council's word", "date": day}
    journey.change("iris", "families", "flagPremises", uprn=uprn, input=flag)
    lower = {"kind": "ordinary", "reason": "Sold", "date": day}
    asked = journey.change("iris", "families", "askPremisesLowering", uprn=uprn, input=lower)["id"]
    no = {"verdict": "refused", "reason": "It is one yet", "date": day}
    journey.change("idris", "families", "decidePremisesLowering", uprn=uprn, lowering=asked, input=no)
    assert town.done(town.get("iris", "families", f"/v1/premises/{uprn}"))["flags"]


def check_agreement(journey: Journey) -> None:
    agreement = next(one for one in actors.AGREEMENTS if one.supplier != one.recipient and one.signed_by == 2)
    signers, day = actors.signers_of(agreement), today().isoformat()
    body = camel({name: value for name, value in agreement.request.items() if value is not None})
    drafted = journey.change(signers[1].username, "consent", "draftAgreement", input=body)["id"]
    for side, signer in zip(("supplier", "recipient"), signers, strict=True):
        signed = {"date": agreement.starts_on.isoformat(), "side": side}
        journey.change(signer.username, "consent", "signAgreement", agreement=drafted, input=signed)
    why = {"date": day, "reason": "No longer needed"}
    journey.change(signers[1].username, "consent", "suspendAgreement", agreement=drafted, input=why)
    journey.change(signers[1].username, "consent", "resumeAgreement", agreement=drafted, input=why)
    journey.change(signers[1].username, "consent", "endAgreement", agreement=drafted, input=why)


def check_money(journey: Journey, family: str) -> None:
    town, dated, nonce = journey.town, {"date": ON}, secrets.token_hex(32)
    [claim] = claims_of(town, family)
    agreed = dated | {"verdict": "agreed", "reason": "All is there"}
    journey.change("clare", "claims", "checkClaim", claim=claim["id"], input=agreed)
    committed = {"framework": "2015", "hash": hashlib.sha256(bytes.fromhex(nonce)).hexdigest()}
    journey.change("otto", "claims", "commitNonce", input=committed)
    batch = journey.change("clare", "claims", "freezeBatch", input=dated | {"framework": "2015"})["id"]
    journey.change("otto", "claims", "drawSample", batch=batch, nonce=nonce)
    upheld = dated | {"claim": claim["id"], "verdict": "upheld", "reason": "Seen"}
    journey.change("otto", "claims", "recordFinding", batch=batch, input=upheld)
    journey.change("finn", "claims", "submitBatch", batch=batch, input=dated)
    due = town.done(town.get("finn", "claims", f"/v1/batches/{batch}"))["value"]["pence"]
    paid = dated | {"batch": batch, "pence": due, "reference": f"R-{journey.seed}"}
    journey.change("faye", "claims", "recordPayment", input=paid)
    [claim] = claims_of(town, family)
    assert claim["status"] == "paid"
    ledger = town.done(town.get("finn", "claims", "/v1/ledger", params={"framework": "2015", "limit": 500}))["items"]
    assert [entry["pence"] for entry in ledger if entry["claim"] == claim["id"]] == [due]
