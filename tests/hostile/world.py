"""One of each thing that can be named by an id, all the programme's own."""

import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
from joserfc.jwk import ECKey
from sqlalchemy import select

from chassis.db import new_id, now
from chassis.http import trusted
from claims.frameworks import catalogue
from claims.models import (
    AssuranceVisit,
    Batch,
    Claim,
    Draw,
    LedgerEntry,
    Payment,
    Question,
    Sampled,
    VisitedClaim,
)
from consent.models import ActingService, WelfareRequest, WelfareRequestPerson, WelfareRule
from families.models.evidence import SampledBundle
from families.models.matching import MatchReview
from families.models.people import Person
from families.models.premises import Premises, PremisesFlag, PremisesLowering
from families.models.safeguarding import (
    Bar,
    Cover,
    EmergencyAccess,
    Enquiry,
    EnquirySubject,
    GovernanceNote,
)
from fixtures import agreements
from fixtures.platform import Platform
from hostile.page import SIGNING_IN, token_in

DAY = "2017-03-31"
FRAMEWORK = "2015"
FIXED = {"agency": "thornbury-council", "service": "programme", "feed": "school_attendance", "slug": "not-found",
         "report": "attachments", "framework": FRAMEWORK, "year": "2015-16", "uprn": "100000000077"}  # fmt: skip
"""What is there without anybody's doing."""
PAYER, ASSURANCE = "department", "department-assurance"
"""Who pays for results, and its service whose officials visit."""
SURGERY, NURSING = "surgery", "surgery-nursing"
"""An agency and a service of others, to whom all of this is none of their business."""


@dataclass(frozen=True)
class World:
    """Shape: ids by the names that paths and GraphQL arguments have for them."""

    ids: dict[str, str]


def agree(platform: Platform) -> str:
    """The agreement under which the programme may push attendance, in force; its id."""
    housing = {"code": "housing", "name": "Housing", "sector": "housing"}
    stated = {"Authorization": f"Bearer {platform.signed()}", "Idempotency-Key": secrets.token_hex(8)}
    path = "/v1/agencies/thornbury-council/services"
    answer = platform["identity"].client.post(path, json=housing, headers=stated)
    assert answer.status_code in (201, 409), answer.text  # another test may have tried it already
    platform.carry("identity", "consent")
    terms = [agreements.term("identify", one) for one in ("identity", "address", "location", "attendance")]
    made = create(platform, "consent", "/v1/agreements", agreements.draft("programme", "housing", *terms))
    for who in ("ana", "ida"):
        signed = f"Bearer {platform.signed(platform.claims(who))}"
        create(platform, "consent", f"/v1/agreements/{made}/sign", {"date": "2016-04-01"}, Authorization=signed)
    return made


def create(platform: Platform, program: str, path: str, body: Any, **headers: str) -> str:
    """The id of what was made."""
    stated = {"Authorization": f"Bearer {platform.signed()}", "Idempotency-Key": secrets.token_hex(8)} | headers
    answer = platform[program].client.post(path, json=body, headers=stated)
    assert answer.is_success, answer.text
    if answer.json()["status"] == "waiting" and answer.json().get("approval"):
        approve(platform, answer.json()["approval"])
    return str(answer.json()["id"])


def approve(platform: Platform, approval: str) -> None:
    """What a second administrator says to what the first one asked for."""
    stated = {"Authorization": f"Bearer {platform.signed(platform.claims('polly'))}"}
    path = f"/v1/approvals/{approval}/confirmation"
    answer = platform["identity"].client.post(path, json={"reason": "Met them"}, headers=stated)
    assert answer.is_success, answer.text


def furnish(platform: Platform) -> World:
    family = create(platform, "families", "/v1/families", {"area": "thornbury", "reason": "Asked for help"})
    agreement, push, person = agree(platform), pushed(platform), ""
    with platform["families"].runtime.read() as session:
        person = str(session.scalars(select(Person.id).order_by(Person.id)).first())
    notice = create(platform, "consent", "/v1/notices", {
        "code": "world", "version": secrets.token_hex(4), "language": "en", "text": "We share.",
    })  # fmt: skip
    delivery = create(platform, "consent", f"/v1/notices/{notice}/deliveries", {
        "date": DAY, "channel": "letter", "persons": [person],
    })  # fmt: skip
    given = create(platform, "consent", "/v1/consents", {
        "person": person, "given_by": "person", "date": DAY, "purposes": ["support"], "categories": ["attendance"],
        "notice": notice, "channel": "letter",
    })  # fmt: skip
    objection = create(platform, "consent", "/v1/objections", {
        "person": person, "date": DAY, "purposes": ["support"],
    })  # fmt: skip
    protection = create(platform, "consent", "/v1/protections", {
        "person": person, "kind": "location", "date": DAY, "reason": "Asked",
    })  # fmt: skip
    restriction = create(platform, "consent", "/v1/restrictions", {
        "person": person, "because": "accuracy_contested", "date": DAY, "reason": "Asked", "categories": ["housing"],
    })  # fmt: skip
    platform.carry("families", "claims")  # so that claims knows the family of the claim
    batch, claim = claimed(platform, family)
    member = create(platform, "families", f"/v1/families/{family}/members", {
        "person": person, "role": "child", "from": "2015-01-01",
    })  # fmt: skip
    assessment = create(platform, "families", f"/v1/families/{family}/assessments", {
        "date": DAY, "kind": "early_help", "needs": ["attendance"],
    })  # fmt: skip
    bundle, sampled = (frozen(platform, family, person) for _ in range(2))
    with platform["families"].runtime.write() as session:
        session.add(SampledBundle(bundle=UUID(sampled), claim=UUID(claim)))  # as families hears it from claims
    known = people_of_identity(platform)
    known |= (
        reviewed(platform)
        | safeguarded(platform, person, known["user_id"])
        | asked_about(platform, family, batch, claim)
        | asked_for_welfare(platform, person, known["user_id"])
    )
    report = create(platform, "consent", "/v1/access-reports", {
        "person": person, "reference": "RR 1", "asked_on": DAY,
    })  # fmt: skip
    for name in ("identity", "consent", "families", "claims"):
        platform[name].runtime.state["merge_delay"] = 3600.0  # nobody works from here on, and leaves wait
        platform[name].work()  # so that each log has a signed head
    return World(known | {
        "membership_id": member, "bundle_id": bundle, "sampled": sampled, "assessment": assessment,
        "decision_id": decided(platform, person), "report_id": report, "accessReport_id": report,
        "family_id": family, "person_id": person, "push_id": push, "agreement_id": agreement, "notice_id": notice,
        "delivery_id": delivery, "consent_id": given, "objection_id": objection,
        "protection_id": protection, "restriction_id": restriction, "batch_id": batch, "claim_id": claim,
    })  # fmt: skip


def asked_for_welfare(platform: Platform, person: str, user: str) -> dict[str, str]:
    """What one of the world's services asked of another, a rule of it that answers, and who acts for the council."""
    day, ids = (
        date.fromisoformat(DAY),
        {name: new_id() for name in ("welfare_request", "welfare_rule", "acting_service")},
    )
    with platform["consent"].runtime.write() as session:
        session.add_all(
            [
                WelfareRequest(
                    id=ids["welfare_request"], holder="programme", service="housing", agency="thornbury-council",
                    by=user, function="assess_need", why="She was not seen", categories=["attendance"], referral="R 1",
                    urgent=False, asked_at=now(), due_on=day,
                ),
                WelfareRule(
                    id=ids["welfare_rule"], holder="programme", agency="thornbury-council", categories=["attendance"],
                    asking_services=["housing"], asking_roles=["mash_worker"], answers_at_most=1, begins=day, ends=day,
                    reason="It helps", drafted_by=user,
                ),
                ActingService(
                    id=ids["acting_service"], service=NURSING, agency="thornbury-council", contract="C 1", begins=day,
                    ends=day, by=user,
                ),
            ]
        )  # fmt: skip
        session.flush()
        session.add(WelfareRequestPerson(request=ids["welfare_request"], person=UUID(person), relation="child"))
    return {f"{name}_id": str(value) for name, value in ids.items()}


def frozen(platform: Platform, family: str, person: str) -> str:
    body = {"as_at": DAY, "persons": [person], "records": []}
    return create(platform, "families", f"/v1/families/{family}/evidence-bundles", body)


def people_of_identity(platform: Platform) -> dict[str, str]:
    """A client with a secret and a key, and somebody who is signed in."""
    somebody = {"email": f"{secrets.token_hex(4)}@thornbury.example", "password": secrets.token_hex(8)}
    user = create(platform, "identity", "/v1/users", somebody | {
        "name": "Wilma", "service": "programme", "roles": ["analyst"],
    })  # fmt: skip
    officer = create(platform, "identity", "/v1/users", {
        "email": f"{secrets.token_hex(4)}@thornbury.example", "password": secrets.token_hex(8), "name": "Olga",
        "service": "programme", "roles": ["information_governance_officer"],
    })  # fmt: skip
    deputy = create(platform, "identity", "/v1/deputies", {
        "officer": officer, "deputy": user, "from": "2017-01-01", "reason": "On leave",
    })  # fmt: skip
    create(platform, "identity", "/v1/agencies", {"code": SURGERY, "name": "Surgery", "kind": "health"})
    nursing = {"code": NURSING, "name": "Nurses of the surgery", "sector": "health"}
    create(platform, "identity", f"/v1/agencies/{SURGERY}/services", nursing)
    sponsor = create(platform, "identity", f"/v1/agencies/{SURGERY}/sponsors", {
        "sponsor": "thornbury-council", "from": "2017-01-01", "reason": "It has no officer",
    })  # fmt: skip
    create(platform, "identity", "/v1/agencies", {"code": PAYER, "name": "Department", "kind": "department"})
    assurance = {"code": ASSURANCE, "name": "Assurance", "sector": "department"}
    create(platform, "identity", f"/v1/agencies/{PAYER}/services", assurance)
    visitor = create(platform, "identity", "/v1/users", {
        "email": f"{secrets.token_hex(4)}@department.example", "password": secrets.token_hex(8), "name": "Vera",
        "service": ASSURANCE, "roles": ["assurance_visitor"],
    })  # fmt: skip
    client = create(platform, "identity", "/v1/services/programme/clients", {
        "client_id": f"world-{secrets.token_hex(4)}", "name": "World", "scopes": ["feeds:read"],
        "grants": ["client_credentials"],
    })  # fmt: skip
    key = ECKey.generate_key("P-256").as_dict(private=False)
    key_id = create(
        platform, "identity", f"/v1/clients/{client}/keys", {name: key[name] for name in ("kty", "crv", "x", "y")}
    )
    somebody_else = somebody | {"email": f"{secrets.token_hex(4)}@thornbury.example"}
    asked = platform["identity"].client.post(
        "/v1/users",
        json=somebody_else | {"name": "Wanda", "service": "programme", "roles": ["analyst"]},
        headers={
            "Authorization": f"Bearer {platform.signed(platform.claims('polly'))}",
            "Idempotency-Key": secrets.token_hex(8),
        },
    )
    platform.carry("identity", "consent", "families", "claims")  # so that they know who may be named, and who asks
    shown = get(platform, "identity", f"/v1/clients/{client}")
    signed_in(platform, somebody)
    session = get(platform, "identity", f"/v1/users/{user}/sessions")["items"][0]["id"]
    return {
        "client_id": client, "key_id": key_id, "secret_id": shown["secrets"][0]["id"], "user_id": user,
        "session_id": session, "officer": officer, "deputy_id": deputy, "sponsor_id": sponsor,
        "approval_id": asked.json()["approval"],
        "visitor": visitor,
    }  # fmt: skip


def signed_in(platform: Platform, somebody: dict[str, str]) -> None:
    """Have somebody sign in as people do, and the portal take what comes of it."""
    verifier = secrets.token_urlsafe(48)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = SIGNING_IN | {"code_challenge": challenge}
    with httpx.Client(base_url=platform["identity"].url, verify=trusted()) as browser:
        csrf = token_in(browser.get("/oauth/authorize", params=asked))
        assert csrf
        filled = {"csrf": csrf, "email": somebody["email"], "password": somebody["password"]}
        sent = browser.post("/oauth/authorize", params=asked, data=filled)
        code = parse_qs(urlsplit(sent.headers["Location"]).query)["code"][0]
        token = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        token |= {name: asked[name] for name in ("client_id", "redirect_uri")}
        assert browser.post("/oauth/token", data=token).status_code == 200


def reviewed(platform: Platform) -> dict[str, str]:
    """Two people and a question about them for an analyst, put where matching would have put it."""
    review, day = new_id(), now()
    with platform["families"].runtime.write() as session:
        two = [Person(id=leaf, root=leaf) for leaf in (new_id(), new_id())]
        session.add_all(two)
        session.flush()
        session.add(
            MatchReview(
                id=review, kind="same_person", status="open", left_person=two[0].id, right_person=two[1].id, group=[],
                weights="1", explanation=[], opened_at=day,
            )
        )  # fmt: skip
        return {"review_id": str(review), "one": str(two[0].id), "other": str(two[1].id)}


def safeguarded(platform: Platform, person: str, user: str) -> dict[str, str]:
    """What a service has done for safety, put where the hub, a manager and a stranger's officer would have put it."""
    ours = {"agency": "thornbury-council", "service": "programme"}
    day, begun = date.fromisoformat(DAY), now()
    ids = {name: new_id() for name in ("enquiry", "bar", "cover", "access", "note", "flag", "lowering")}
    with platform["families"].runtime.write() as session:
        session.add_all(
            [
                Enquiry(id=ids["enquiry"], reference="W 1", kind="s17", begun_on=day, opened_by="sade", **ours),
                Bar(id=ids["bar"], user=user, because="other", recorded_by="max", **ours),
                Cover(
                    id=ids["cover"], covered=user, covering="tara", from_on=day, to_on=day, reason="On leave",
                    recorded_by="max", **ours,
                ),
                EmergencyAccess(
                    id=ids["access"], user=user, reason="She was not seen", begun_at=begun, expires_at=begun,
                    review_by=day, **ours,
                ),
                Premises(uprn=FIXED["uprn"], kind="hostel"),
            ]
        )  # fmt: skip
        session.flush()
        session.add_all(
            [
                EnquirySubject(enquiry=ids["enquiry"], person=UUID(person), added_by="sade"),
                GovernanceNote(id=ids["note"], about=ids["access"], agency=ours["agency"]),
                PremisesFlag(
                    id=ids["flag"], uprn=FIXED["uprn"], kind="hostel", on=day, reason="It is one", by="iris", **ours
                ),
            ]
        )
        session.flush()
        session.add(
            PremisesLowering(
                id=ids["lowering"], flag=ids["flag"], to="ordinary", status="waiting", agency=ours["agency"], on=day,
                reason="It was closed", asked_by="iris",
            )
        )  # fmt: skip
    return {f"{name}_id": str(value) for name, value in ids.items() if name != "flag"}


def asked_about(platform: Platform, family: str, batch: str, claim: str) -> dict[str, str]:
    """What there is about a family's claim, put as claims would have put it: a question, money that came and went back,
    and a visit to its sample."""
    question, payment, repayment, day = new_id(), new_id(), new_id(), date.fromisoformat(DAY)
    visit = new_id()
    with platform["claims"].runtime.write() as session:
        session.add(
            Question(
                id=question, kind="same_people", framework=FRAMEWORK, family=UUID(family), other=new_id(),
                effect="hold", content=[], status="open",
            )
        )  # fmt: skip
        session.add(
            AssuranceVisit(
                id=visit, visitor="vera", from_on=day, to_on=date(2126, 1, 1), reason="Asked", opened_by="iris"
            )
        )
        session.add(Payment(id=payment, batch=UUID(batch), on=day, pence=80_000, reference="W 1", by="finn"))
        session.flush()
        session.add(VisitedClaim(visit=visit, claim=UUID(claim), batch=UUID(batch)))
        session.add(
            LedgerEntry(
                id=repayment, kind="repayment", framework=FRAMEWORK, year="2016-17", pence=-80_000, on=day,
                family=UUID(family), claim=UUID(claim), reference="W 2", by="finn",
            )
        )  # fmt: skip
    ids = {"question_id": question, "payment_id": payment, "repayment_id": repayment, "visit_id": visit}
    return {name: str(id) for name, id in ids.items()}


def decided(platform: Platform, person: str) -> str:
    """A decision that shared something for the programme's agency."""
    body = {
        "purpose": "identify", "operation": "read", "subjects": [{"person": person}],
        "items": [{"category": "identity", "source": "programme"}], "share": True,
    }  # fmt: skip
    ana = platform.signed(platform.claims(client_id="elsewhere", scope="families:read", roles=["analyst"]))
    headers = {"Authorization": f"Bearer {platform.signed()}", "Caller-Token": ana}
    answer = platform["consent"].client.post("/v1/decisions", json=body, headers=headers)
    assert answer.is_success, answer.text
    return str(answer.json()["decision"])


def get(platform: Platform, program: str, path: str) -> Any:
    answer = platform[program].client.get(path, headers={"Authorization": f"Bearer {platform.signed()}"})
    assert answer.is_success, answer.text
    return answer.json()


def pushed(platform: Platform) -> str:
    """A push of the feed's own example, worked on."""
    families = platform["families"]
    example = families.client.get("/v1/feeds/school_attendance").json()["example"]
    headers = {"Authorization": f"Bearer {platform.signed()}", "Idempotency-Key": secrets.token_hex(8)}
    covers = {"covers_from": "2016-01-01", "covers_to": DAY, "area": "thornbury"}
    answer = families.client.post(
        "/v1/feeds/school_attendance/pushes",
        params=covers,
        content=example,
        headers=headers | {"Content-Type": "text/csv"},
    )
    assert answer.status_code == 202, answer.text
    families.work()
    return str(answer.json()["id"])


def claimed(platform: Platform, family: str) -> tuple[str, str]:
    """A batch and a claim in it, put where the evaluator would have put them."""
    batch, claim, day = new_id(), new_id(), date.fromisoformat(DAY)
    plan = catalogue.plans()[0]
    with platform["claims"].runtime.write() as session:
        session.add(Batch(id=batch, framework=FRAMEWORK, status="frozen", frozen_on=day, frozen_by="bo"))
        session.flush()
        session.add(
            Claim(
                id=claim, family=UUID(family), framework=FRAMEWORK, plan=plan.name, plan_version=plan.version,
                component="result", type="progress", result_date=day, attached_on=day, pence=80_000,
                status="frozen", known_at=now(), material="", trace={}, uses=[], denied=[], batch=batch,
            )
        )  # fmt: skip
        draw = Draw(batch=batch, number=1, seed=1, by="otto")
        session.add(draw)
        session.flush()
        session.add(Sampled(claim=claim, batch=batch, draw=draw.id))
    return str(batch), str(claim)
