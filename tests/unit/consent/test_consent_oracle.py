"""The rules against a naive oracle, on stores and questions that hypothesis makes up."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from consent.agreements.repository import TermRow
from consent.decisions.rules import Asked
from consent.decisions.schemas import DecisionRequest
from consent.decisions.service import supply_verdicts_on, verdicts_on
from consent.decisions.situation import ConsentRow, Situation
from fixtures.soak import times
from unit.consent import oracle

TODAY = date(2018, 6, 1)
PEOPLE = [UUID(int=n) for n in range(1, 6)]
SERVICES = ["programme", "education", "jobcentre", "housing"]
SECTORS = {"programme": "programme", "education": "education", "jobcentre": "employment", "housing": "housing"}
PURPOSES = ["identify", "support", "claim", "safeguarding", "welfare_of_child"]
AGREED = PURPOSES[:-1]
CATEGORIES = ["identity", "address", "location", "attendance", "benefits"]
ROLES = [*oracle.SEES, "information_governance_officer", "unheard_of"]
BASES = ["public_task", "statute", "consent", "legal_obligation"]

near = some.integers(-2, 2).map(lambda days: TODAY + timedelta(days=days))
past = some.integers(-2, 0).map(lambda days: TODAY + timedelta(days=days))
person = some.sampled_from(PEOPLE)


def subset(of: list[Any], least: int = 0) -> some.SearchStrategy[list[Any]]:
    return some.lists(some.sampled_from(of), unique=True, min_size=least, max_size=3)


@some.composite
def stores(draw: some.DrawFn, service: str, asked: str) -> dict[str, list[Any]]:
    bases: dict[tuple[str, ...], str] = {}  # one basis a pair, purpose and category, as the database promises
    agreements = []
    for n in range(draw(some.integers(0, 6))):
        # Mostly about what is asked: two random services rarely meet, and then the later rules never speak.
        recipient = draw(some.sampled_from([service, service, *SERVICES]))
        supplier = draw(some.sampled_from([one for one in SERVICES if one != recipient]))
        terms = []
        for purpose in draw(some.sampled_from([[asked], PURPOSES]) | subset(PURPOSES, 1)):
            for category in draw(some.just(CATEGORIES) | subset(CATEGORIES, 1)):
                pair = (supplier, recipient, purpose, category)
                bases.setdefault(pair, draw(some.sampled_from(BASES)))
                terms.append({"purpose": purpose, "category": category, "basis": bases[pair]})
        agreements.append(
            {
                "id": UUID(int=100 + n),
                "supplier": supplier,
                "recipient": recipient,
                "status": draw(some.sampled_from(["signed", "signed", "signed", "suspended", "ended"])),
                "begins": draw(past | near),
                "ends": draw(some.none() | near),
                "notice_given_by": draw(some.sampled_from(["recipient", "supplier"])),
                "terms": terms,
            }
        )
    stamps = iter(range(1, 1000))  # no two are recorded at once

    def stamp() -> datetime:
        return datetime(2018, 5, 1, tzinfo=UTC) + timedelta(seconds=next(stamps))

    consents = []
    for _ in range(draw(some.integers(0, 4))):
        withdrawn = draw(some.none() | past)
        consents.append(
            {
                "person": draw(person),
                "purposes": draw(subset(PURPOSES, 1)),
                "categories": draw(subset(CATEGORIES, 1)),
                "recipients": draw(subset(SERVICES)),
                "date": draw(past),
                "recorded_at": stamp(),
                "withdrawn_on": withdrawn,
                "withdrawn_at": None if withdrawn is None else stamp(),
            }
        )
    return {
        "agreements": agreements,
        "consents": consents,
        "protections": draw(
            some.lists(some.fixed_dictionaries({"person": person, "lifted": some.booleans()}), max_size=2)
        ),
        "objections": draw(
            some.lists(some.fixed_dictionaries({"person": person, "purposes": subset(PURPOSES, 1)}), max_size=2)
        ),
        "restrictions": draw(
            some.lists(some.fixed_dictionaries({"person": person, "categories": subset(CATEGORIES)}), max_size=1)
        ),
        "answers": draw(
            some.lists(
                some.fixed_dictionaries(
                    {
                        "person": person,
                        "category": some.sampled_from(CATEGORIES),
                        "source": some.sampled_from(SERVICES),
                    }
                ),
                max_size=12,
            )
        ),
        "informed": draw(
            some.just([{"person": one, "agency": agency} for one in PEOPLE for agency in oracle.OWNER.values()])
            | some.lists(
                some.fixed_dictionaries({"person": person, "agency": some.sampled_from([*oracle.OWNER.values()])}),
                max_size=3,
            )
        ),
    }


def situation(store: dict[str, list[Any]]) -> Situation:
    objections: dict[UUID, frozenset[str]] = {}
    for raised in store["objections"]:
        objections[raised["person"]] = objections.get(raised["person"], frozenset()) | set(raised["purposes"])
    restrictions: dict[UUID, frozenset[str]] = {}
    for held in store["restrictions"]:
        categories = held["categories"] or CATEGORIES
        restrictions[held["person"]] = restrictions.get(held["person"], frozenset()) | set(categories)
    informed: dict[UUID, frozenset[str]] = {}
    for told in store["informed"]:
        informed[told["person"]] = informed.get(told["person"], frozenset()) | {told["agency"]}
    consents: dict[UUID, list[ConsentRow]] = {}
    for given_ in store["consents"]:
        consents.setdefault(given_["person"], []).append(ConsentRow(**given_))
    return Situation(
        terms=[
            TermRow(
                a["id"],
                a["supplier"],
                a["recipient"],
                t["purpose"],
                t["category"],
                t["basis"],
                a["status"],
                a["begins"],
                a["ends"],
                informs=oracle.OWNER[a["supplier"]] if a["notice_given_by"] == "supplier" else None,
            )
            for a in store["agreements"]
            for t in a["terms"]
        ],
        sectors=SECTORS,
        answered={
            one: frozenset((said["category"], said["source"]) for said in store["answers"] if said["person"] == one)
            for one in PEOPLE
        },
        protected=frozenset(protection["person"] for protection in store["protections"] if not protection["lifted"]),
        restrictions=restrictions,
        informed=informed,
        objections=objections,
        consents=consents,
    )


@settings(max_examples=times(150, 5_000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    drawn=some.data(),
    service=some.sampled_from(SERVICES),
    purpose=some.sampled_from(PURPOSES),
    operation=some.sampled_from(["read", "use"]),
    roles=some.sampled_from([[], [ROLES[2]], [ROLES[3]], ["information_governance_officer"]]) | subset(ROLES),
    ids=subset(PEOPLE, 1),
    ground=some.sampled_from([None, None, "enquiry", "emergency", "cover", "welfare_request", "welfare_request"]),
)
def test_the_rules_decide_as_the_oracle_does(
    drawn: some.DataObject,
    service: str,
    purpose: str,
    operation: str,
    roles: list[str],
    ids: list[UUID],
    ground: str | None,
) -> None:
    store = drawn.draw(stores(service, purpose))
    items = [{"category": category, "source": source} for category in CATEGORIES for source in SERVICES]
    request = DecisionRequest.model_validate(
        {
            "purpose": purpose,
            "operation": operation,
            "subjects": [{"person": str(ids[0]), "formerly": [str(one) for one in ids[1:]]}],
            "items": items,
            "share": False,
        }
    )
    agency = oracle.OWNER[service]
    asked = Asked(service, frozenset(roles), purpose, operation, bool(roles), ground, agency=agency)  # type: ignore[arg-type]
    for verdict in verdicts_on(situation(store), asked, request, TODAY):
        question = {
            "service": service, "purpose": purpose, "operation": operation, "roles": roles, "ids": ids,
            "category": verdict.category, "source": verdict.source, "ground": ground,
        }  # fmt: skip
        assert verdict.verdict == oracle.may(store, question, TODAY), verdict
        assert (verdict.agreement is not None) == (verdict.reason == "agreed")


@settings(max_examples=times(60, 2_000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=some.data(), service=some.sampled_from(SERVICES), purpose=some.sampled_from(AGREED))
def test_supply_is_permitted_under_any_agreement_that_stands(
    drawn: some.DataObject, service: str, purpose: str
) -> None:
    store = drawn.draw(stores("programme", purpose))
    request = DecisionRequest.model_validate(
        {
            "purpose": purpose,
            "operation": "supply",
            "items": [{"category": category, "source": source} for category in CATEGORIES for source in SERVICES],
            "share": False,
        }
    )
    for verdict in supply_verdicts_on(situation(store), service, request, TODAY):
        stands = any(
            agreement["supplier"] == service == verdict.source
            and agreement["status"] == "signed"
            and agreement["begins"] <= TODAY
            and (agreement["ends"] is None or agreement["ends"] >= TODAY or purpose == "safeguarding")
            and any(term["category"] == verdict.category for term in agreement["terms"])
            for agreement in store["agreements"]
        )
        assert (verdict.verdict == "permit") == stands
