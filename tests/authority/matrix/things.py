"""The town of the matrix: its people, and one of each thing, owned as the tables say, about one family."""

import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from authority.matrix.oracle import Oracle, Who
from authority.town import PORTAL, Town
from chassis.db import new_id, now, today
from claims.frameworks import catalogue
from claims.models import Claim
from families.models.evidence import SampledBundle, VisitedBundle
from families.models.matching import MatchReview
from fixtures import agreements
from hostile import world as hostile
from identity.models import SignInSession
from identity.tokens.parties import find_client
from sandbox import actors
from sandbox.identifiers import nino, upn
from sandbox.supplying import AREA
from unit.families.borough import attendance, claim, incident
from vocabulary.programs import PROGRAMS
from vocabulary.roles import ROLES
from vocabulary.scopes import RESERVED

DAY = "2018-03-01"
HOME = {"address_line": "5 Matrix Lane", "postcode": "ZZ99 5AX", "uprn": "999000095001"}
AWAY = {"address_line": "6 Moat Row", "postcode": "ZZ99 6BX", "uprn": "999000095002"}
REFUGE = "999000095003"
KIT, NED_NINO = upn(1, 2009, 951), nino(995_001)
ABOUT = ("person_id", "ned", "ulla", "family_id", "claim_id", "batch_id", "drafted", "one", "other")
"""What the body of a request names whom or what it is about."""


@dataclass
class Matrix:
    """Shape: `things` are ids by name; `tokens` of those who ask."""

    town: Town
    oracle: Oracle
    things: dict[str, str]
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, who: Who) -> str:
        if who.name not in self.tokens:
            self.tokens[who.name] = _sign(self.town, who)
        return self.tokens[who.name]

    def purpose(self, who: Who) -> str:
        return ROLES[who.role].purposes[0] if who.role and ROLES[who.role].purposes else ""


def furnish(town: Town, oracle: Oracle) -> Matrix:
    _hire(town, oracle)
    things = dict(hostile.FIXED) | {"code": "surgery", "name": "attachments", "uprn": REFUGE, "year": "2016/17"}
    things |= _family(town)
    things |= _sharing(town, things)
    things |= _safeguarding(town, things)
    things |= hostile.people_of_identity(town.platform) | {"own_session": str(uuid4())}
    things |= _money(town, things)
    town.settle()
    return Matrix(town, oracle, things)


# --- who


def _hire(town: Town, oracle: Oracle) -> None:
    """Everybody of the table who is not of the sandbox's borough already."""
    town.done(town.as_admin("POST", "identity", "/v1/areas", json={"code": "westbury", "name": "Westbury"}))
    for who in oracle.who.values():
        if who.agency:
            agency = {"code": who.agency, "name": who.agency, "kind": "council"}
            town.done(town.as_admin("POST", "identity", "/v1/agencies", json=agency))
            service = {"code": who.service, "name": who.service, "sector": who.sector}
            town.done(town.as_admin("POST", "identity", f"/v1/agencies/{who.agency}/services", json=service))
        if who.machine:
            continue
        if who.account:
            [known] = [user for user in actors.USERS if user.username == who.account]
            assert (known.roles, known.service) == ((who.role,), who.service), who.name
            town.people[who.name] = town.people[who.account]
        else:
            role = "partner_practitioner" if who.misplaced else who.role
            town.hire(who.name, role, who.service, areas=[who.area or AREA])
    town.settle()


def _sign(town: Town, who: Who) -> str:
    if who.misplaced:
        role = ROLES[who.role]
        return town.token(who.name, roles=[who.role], scope=" ".join(sorted(role.scopes)), purposes=list(role.purposes))
    if not who.machine:
        return town.token(who.name)
    if who.program:
        return _machine_token(town, who.program, (_secrets(town) / f"{who.program}.secret").read_text().strip())
    if who.account:
        return town.machine_token(actors.client_of(who.account).code)
    # By identity of an earlier release, or by mistake: it may do all that a client can be allowed to.
    scopes = [one for one in town.platform.scopes if one not in RESERVED and not one.startswith("identity:")]
    agency = next(service.agency for service in actors.SERVICES if service.code == who.service)
    said = {"client_id": who.name, "roles": [], "areas": [], "agency": agency, "service": who.service}
    return town.platform.signed(town.platform.claims(who.name, scope=" ".join(scopes), purposes=["support"], **said))


def sign_in(town: Town, name: str) -> str:
    """A session of somebody's own, through the portal."""
    with town.platform["identity"].runtime.write() as session:
        portal = find_client(session, PORTAL)
        assert portal
        began = SignInSession(
            user_id=UUID(town.people[name]), client_id=portal.row.id, scope="", signed_in_at=now(),
            expires_at=now() + timedelta(hours=1),
        )  # fmt: skip
        session.add(began)
        session.flush()
        return str(began.id)


def _secrets(town: Town) -> Any:
    return town.platform["identity"].runtime.settings.secrets_folder


def _machine_token(town: Town, client: str, secret: str) -> str:
    assert client in PROGRAMS
    answer = town.platform["identity"].client.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=(client, secret)
    )
    return str(town.done(answer)["access_token"])


# --- about whom and what


def _family(town: Town) -> dict[str, str]:
    """Kit and his father Ned, whom school, police and Jobcentre tell of; and Ulla, whom the police alone do."""
    kit = {"forename": "Kit", "surname": "Matrix", "date_of_birth": "2009-04-03", **HOME}
    ned = {"forename": "Ned", "surname": "Matrix", "date_of_birth": "1979-01-02", "sex": "male", **HOME}
    carer = {"carer_forename": "Ned", "carer_surname": "Matrix", "carer_relationship": "father"}
    push = town.push("school_attendance", attendance(upn=KIT, **kit, **carer, carer_same_address="yes"))
    ulla = {"forename": "Ulla", "surname": "Moat", "date_of_birth": "1981-01-02", **AWAY}
    town.push("anti_social_behaviour", incident("INC-951", **ned), incident("INC-952", **ulla))
    town.push("benefits", claim("CL-951", nino=NED_NINO, **ned))
    person = town.person(KIT)
    rows = town.done(town.post("ana", "families", "/v1/members/lookup", {"ids": [person]}))["items"]
    family = str(rows[0]["families"][0]["family"])
    act = f"/v1/families/{family}"
    lead = {"user": town.people["lead"], "service": "early-help", "date": DAY}
    town.done(town.post("cora", "families", f"{act}/lead-professional", lead))
    town.done(town.post("cora", "families", f"{act}/team", {"service": "housing", "from": DAY}))
    assessment = {"date": DAY, "kind": "early_help", "needs": ["attendance"]}
    assessed = town.done(town.post("cora", "families", f"{act}/assessments", assessment))["id"]
    members = town.done(town.get("cora", "families", f"{act}/members"))["items"]
    membership = next(row["id"] for row in members if row["person"] == person)
    second = town.done(town.post("cora", "families", "/v1/families", {"area": AREA, "reason": "Asked"}))["id"]
    town.done(town.post("cora", "families", f"/v1/families/{second}/lead-professional", lead))
    town.settle()
    return {
        "push_id": push["id"], "person_id": person, "ned": town.person("INC-951"), "ulla": town.person("INC-952"),
        "family_id": family, "second_family": second, "assessment": assessed, "membership_id": membership,
    }  # fmt: skip


def _sharing(town: Town, things: dict[str, str]) -> dict[str, str]:
    """An agreement of the police and the programme, and what was recorded of Kit and Ned for the council."""

    def made(who: str, path: str, body: dict[str, Any]) -> str:
        return str(town.done(town.post(who, "consent", path, body))["id"])

    notice = made("iris", "/v1/notices", {"code": "matrix", "version": "1", "language": "en", "text": "We share."})
    given = {"date": DAY, "channel": "letter", "persons": [things["person_id"], things["ned"]]}
    decision = _decided(town, things["ned"])  # before he objects
    delivery = made("cora", f"/v1/notices/{notice}/deliveries", given)
    objection, taken_back = (
        made("iris", "/v1/objections", {"person": things["ned"], "date": DAY, "purposes": [purpose]})
        for purpose in ("identify", "claim")
    )
    restriction = made("iris", "/v1/restrictions", {
        "person": things["ned"], "because": "accuracy_contested", "date": DAY, "reason": "Asked",
        "categories": ["housing"],
    })  # fmt: skip
    protection, lifting = (
        made("petra", "/v1/protections", {
            "person": things["ulla"], "kind": "location", "date": DAY, "reason": f"Asked {number}",
        })
        for number in range(2)
    )  # fmt: skip
    town.done(town.post("petra", "consent", f"/v1/protections/{lifting}/lift", {"date": DAY, "reason": "Moved"}))
    listed = town.done(town.get("petra", "consent", "/v1/agreements", params={"limit": 100}))["items"]
    agreement = next(one["id"] for one in listed if one["recipient"] == "programme" and one["status"] == "in_force")
    terms = [agreements.term("support", "anti_social_behaviour")]
    draft, ended = (
        made("petra", "/v1/agreements", agreements.draft("neighbourhood-policing", "programme", *terms))
        for _ in range(2)
    )
    things = things | {"notice_id": notice}
    report = made("iris", "/v1/access-reports", report_on(things["ned"]))
    acting = made("iris", "/v1/acting-services", acting_for())
    return {
        "welfare_request_id": made("sade", "/v1/welfare-requests", welfare_request(things["person_id"])),
        "welfare_rule_id": made("manager_police", "/v1/welfare-rules", welfare_rule()), "acting_service_id": acting,
        "report_id": report,
        "notice_id": notice, "delivery_id": delivery, "objection_id": objection, "taken_back": taken_back,
        "restriction_id": restriction, "protection_id": protection, "lifting": lifting, "agreement_id": agreement,
        "draft": draft, "ended": ended, "decision_id": decision, "refused_decision": _decided(town, things["ned"]),
        "consent_id": made("cora", "/v1/consents", consent_to(things, "attendance")),
        "corrected": made("cora", "/v1/consents", consent_to(things, "address")),
    }  # fmt: skip


def consent_to(things: dict[str, str], category: str) -> dict[str, Any]:
    return {
        "person": things["person_id"], "given_by": "person", "date": DAY, "purposes": ["support"],
        "categories": [category], "notice": things["notice_id"], "channel": "in_person",
    }  # fmt: skip


def decision_about(person: str) -> dict[str, Any]:
    """Whether what the police recorded may be shown to the programme's analyst."""
    return {
        "purpose": "identify", "operation": "read", "subjects": [{"person": person}], "share": True,
        "items": [{"category": "identity", "source": "neighbourhood-policing"}],
    }  # fmt: skip


def report_on(person: str) -> dict[str, Any]:
    return {"person": person, "reference": "SAR 1", "asked_on": DAY}


def welfare_request(person: str) -> dict[str, Any]:
    """Of the police, what they hold about a child who was referred."""
    return {
        "holder": "neighbourhood-policing", "child": {"person": person}, "referral": "R 1", "categories": ["identity"],
        "function": "assess_need", "why": "She was not seen",
    }  # fmt: skip


def welfare_rule() -> dict[str, Any]:
    """A standing yes of the police, to whom it lets nobody who asks here."""
    return {
        "holder": "neighbourhood-policing", "categories": ["attendance"], "asking_services": ["housing"],
        "asking_roles": ["mash_worker"], "answers_at_most": 1, "from": today().isoformat(),
        "to": today().isoformat(), "reason": "It helps",
    }  # fmt: skip


def acting_for() -> dict[str, Any]:
    """The service of another council, which works for whoever says so."""
    day = today().isoformat()
    return {"service": "westbury-care", "contract": "C 1", "from": day, "to": day}


def _decided(town: Town, person: str) -> str:
    program = town.platform.signed(
        town.platform.claims("families", client_id="families", scope="consent:decide", roles=[], purposes=[])
    )
    headers = {"Authorization": f"Bearer {program}", "Caller-Token": town.token("ana")}
    answer = town.platform["consent"].client.post("/v1/decisions", json=decision_about(person), headers=headers)
    return str(town.done(answer)["decision"])


def _safeguarding(town: Town, things: dict[str, str]) -> dict[str, str]:
    safe: dict[str, Any] = {"purpose": "safeguarding"}

    def made(who: str, path: str, body: dict[str, Any], **more: Any) -> str:
        return str(town.done(town.post(who, "families", path, body, **more))["id"])

    subjects = [{"person": things["person_id"]}]
    body = {"reference": "MX-1", "kind": "s47", "begun": today().isoformat(), "subjects": subjects}
    enquiry = made("sade", "/v1/enquiries", body, **safe)
    access = made("max", "/v1/emergency-access", {"people": subjects, "reason": "She was not seen"}, **safe)
    found = {"outcome": "not_justified", "note": "There was time to ask"}
    town.done(town.post("tara", "families", f"/v1/emergency-access/{access}/reviews", found, **safe))
    notes = town.done(town.get("iris", "families", "/v1/governance-notes"))["items"]
    bar = {"user": town.people["no_agreement"], "because": "relative", "people": [str(uuid4())], "families": []}
    cover = {
        "covered": town.people["lead"], "covering": town.people["colleague"], "reason": "On leave",
        "from": today().isoformat(), "to": (today() + timedelta(days=5)).isoformat(),
    }  # fmt: skip
    flag = {"kind": "refuge", "date": DAY, "reason": "It is one"}
    town.done(town.put("petra", "families", f"/v1/premises/{REFUGE}", flag))
    lowered = {"kind": "ordinary", "date": DAY, "reason": "It was closed"}
    return {
        "enquiry_id": enquiry, "access_id": access,
        "note_id": next(note["id"] for note in notes if note["about"] == access),
        "bar_id": made("tara", "/v1/bars", bar, **safe),
        "cover_id": made("manager_of_lead", "/v1/covers", cover),
        "lowering_id": made("petra", f"/v1/premises/{REFUGE}/lowerings", lowered),
        **_matching(town),
    }  # fmt: skip


def _matching(town: Town) -> dict[str, str]:
    """An open question, one that somebody else has decided, and two people about whom nobody asked."""
    found, decided, two = (hostile.reviewed(town.platform) for _ in range(3))
    with town.platform["families"].runtime.write() as session:
        session.delete(session.get_one(MatchReview, UUID(two["review_id"])))
    apart = {"verdict": "different", "reason": "Two"}
    path = f"/v1/match-reviews/{decided['review_id']}/decision"
    town.done(town.post("pia", "families", path, apart, purpose="identify"))
    return two | {"review_id": found["review_id"], "decided": decided["review_id"]}


def _money(town: Town, things: dict[str, str]) -> dict[str, str]:
    """A frozen and sampled claim of the family; of a second one a draft, and one that was dropped."""
    batch, frozen = hostile.claimed(town.platform, things["family_id"])
    bundle, sampled = (hostile.frozen(town.platform, things["family_id"], things["person_id"]) for _ in range(2))
    with town.platform["families"].runtime.write() as session:
        session.add(SampledBundle(bundle=UUID(sampled), claim=UUID(frozen)))
    plan, drafted, dropped = catalogue.plans()[0], new_id(), new_id()
    with town.platform["claims"].runtime.write() as session:
        for id, status in ((drafted, "drafted"), (dropped, "dropped")):
            session.add(
                Claim(
                    id=id, family=UUID(things["second_family"]), framework="2015", plan=plan.name,
                    plan_version=plan.version, component="result", type="progress",
                    result_date=date.fromisoformat(DAY), attached_on=date.fromisoformat(DAY), pence=80_000,
                    status=status, known_at=now(), material="", trace={}, uses=[], denied=[],
                )
            )  # fmt: skip
    asked = hostile.asked_about(town.platform, things["family_id"], batch, frozen)
    days = {"from": today().isoformat(), "to": (today() + timedelta(days=1)).isoformat()}
    visit = days | {"visitor": town.people["visitor"], "batches": [batch], "reason": "A visit"}
    visits = [town.done(town.post("iris", "claims", "/v1/assurance-visits", visit))["id"] for _ in range(2)]
    with town.platform["families"].runtime.write() as session:  # as for a claim whose evidence is this bundle
        looks = {"visitor": town.people["visitor"], "from_on": today(), "to_on": today() + timedelta(days=1)}
        session.add(VisitedBundle(visit=UUID(visits[0]), bundle=UUID(sampled), **looks))
    digest = sha256(secrets.token_bytes(32)).hexdigest()
    body = {"framework": "2015", "hash": digest}
    commitment = town.done(town.post("otto", "claims", "/v1/sample-commitments", body))["id"]
    return {
        "batch_id": batch, "claim_id": frozen, "bundle_id": bundle, "sampled": sampled, "commitment": commitment,
        "drafted": str(drafted), "unsampled": str(dropped), **asked,
        "visit_id": visits[0], "second_visit": visits[1],
    }  # fmt: skip
