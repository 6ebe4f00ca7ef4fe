"""Each rule of sharing by itself, and the order in which they speak."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from consent.decisions.rules import BOOK, CARRYING, SPEAKS, AgreementStanding, Asked, Case, RuleBook, Subject
from fixtures.directory import SERVICES
from vocabulary.categories import CATEGORIES
from vocabulary.grounds import GROUNDS
from vocabulary.purposes import ON_GROUND, PURPOSES
from vocabulary.roles import ROLES

AGREEMENT = UUID(int=7)
INFORMED = Subject(informed=frozenset({"council"}))
SECTORS = {service: sector for service, (_, sector) in SERVICES.items()}
SECTORS |= {"dwp-visits": "employment", "north": "programme"}
LEAD = frozenset({"lead_professional"})


def case(
    category: str = "attendance",
    source: str = "education",
    *,
    service: str = "programme",
    roles: frozenset[str] = LEAD,
    purpose: str = "support",
    operation: str = "read",
    basis: str = "public_task",
    state: str | None = "in_force",
    subject: Subject = INFORMED,
    ground: str | None = None,
    is_person: bool = False,
) -> Case:
    standing = AgreementStanding(AGREEMENT, basis, state) if state else None  # type: ignore[arg-type]
    sector = SECTORS.get(service)
    asked = Asked(service, roles, purpose, operation, is_person, ground, sector, "council")  # type: ignore[arg-type]
    return Case(asked, category, source, standing, subject, SECTORS.get(source))


def decided(it: Case) -> tuple[str, str]:
    rule = BOOK.decide(it)
    return rule.verdict, rule.name


def test_what_is_agreed_and_told_is_permitted() -> None:
    assert decided(case()) == ("permit", "agreed")


@pytest.mark.parametrize("category", ["address", "location"])
@pytest.mark.parametrize("purpose", ["support", "safeguarding"])
@pytest.mark.parametrize("source", ["education", "programme"])
def test_a_protection_binds_all_even_safeguarding_and_ones_own_record(category: str, purpose: str, source: str) -> None:
    protected = case(category, source, purpose=purpose, subject=replace(INFORMED, protected=True))
    assert decided(protected) == ("deny", "protected")


def test_a_protection_hides_where_somebody_is_and_nothing_else() -> None:
    assert decided(case("attendance", subject=replace(INFORMED, protected=True))) == ("permit", "agreed")


def test_a_service_sees_what_it_recorded_itself() -> None:
    own = case("anti_social_behaviour", "programme", state=None, subject=Subject())
    assert decided(own) == ("permit", "own_record")


@pytest.mark.parametrize(
    "role", ["information_governance_officer", "finance_officer", "head_of_service", "platform_administrator", "nobody"]
)
def test_who_sees_no_cases_does_not_see_their_own_services_either(role: str) -> None:
    assert decided(case("support", "programme", roles=frozenset({role}), state=None)) == ("deny", "no_case_content")
    assert decided(case("support", "programme", roles=frozenset({role}) | LEAD, state=None))[0] == "permit"


def test_without_an_agreement_the_answer_is_no() -> None:
    assert decided(case(state=None)) == ("deny", "no_agreement")


@pytest.mark.parametrize("state", ["signed", "draft", "lapsed", "suspended", "ended"])
def test_an_agreement_that_does_not_stand_today_carries_nothing_routine(state: str) -> None:
    assert decided(case(state=state)) == ("deny", "no_agreement")


def test_safeguarding_goes_on_under_a_lapsed_agreement_and_waits_for_a_decision_under_a_stopped_one() -> None:
    mash = {"purpose": "safeguarding", "roles": frozenset({"mash_worker"}), "subject": Subject(objected=True)}
    assert decided(case(state="lapsed", **mash)) == ("permit", "agreed")  # type: ignore[arg-type]
    for state in ("suspended", "ended"):
        assert decided(case(state=state, **mash)) == ("needs_decision", "agreement_stopped")  # type: ignore[arg-type]
    assert decided(case(state="signed", **mash)) == ("deny", "no_agreement")  # type: ignore[arg-type]


SEES = {
    ("analyst", "identify"): "identity address attendance anti_social_behaviour benefits housing support social_care",
    ("analyst", "claim"): "identity address attendance anti_social_behaviour benefits support",
    ("programme_coordinator", "identify"): "identity address attendance housing support",
    ("programme_coordinator", "support"): "identity address attendance housing support",
    ("lead_professional", "support"): "identity address attendance housing support",
    ("partner_practitioner", "support"): "identity address attendance support",
    ("claims_officer", "claim"): "attendance anti_social_behaviour benefits support",
    ("internal_auditor", "claim"): "attendance anti_social_behaviour benefits support",
    ("assurance_visitor", "claim"): "attendance anti_social_behaviour support",
    ("mash_worker", "safeguarding"): " ".join(CATEGORIES),
    ("childrens_social_worker", "safeguarding"): " ".join(CATEGORIES),
    ("team_manager", "safeguarding"): " ".join(CATEGORIES),
    ("team_manager", "support"): "identity address attendance housing support",
    ("lead_professional", "welfare_of_child"): "identity address attendance housing support",
    ("partner_practitioner", "welfare_of_child"): "identity address attendance support",
    ("mash_worker", "welfare_of_child"): " ".join(CATEGORIES),
    ("childrens_social_worker", "welfare_of_child"): " ".join(CATEGORIES),
    ("team_manager", "welfare_of_child"): " ".join(CATEGORIES),
}


@pytest.mark.parametrize(("role", "purpose"), [(r, p) for r in ROLES for p in PURPOSES])
def test_a_role_sees_its_categories_for_its_purposes_and_no_more(role: str, purpose: str) -> None:
    more: dict[str, Any] = {"purpose": purpose}
    if purpose in ON_GROUND:
        more |= {
            "ground": "welfare_request",
            "subject": Subject(answered=frozenset((c, "education") for c in CATEGORIES)),
        }
    seen = {c for c in CATEGORIES if decided(case(c, roles=frozenset({role}), **more))[0] == "permit"}
    assert seen == set(SEES.get((role, purpose), "").split())


def test_several_roles_see_what_one_of_them_sees_for_this_purpose() -> None:
    both = frozenset({"analyst", "lead_professional"})
    assert decided(case("anti_social_behaviour", roles=both)) == ("deny", "role")
    assert decided(case("attendance", roles=both)) == ("permit", "agreed")


def test_a_machine_is_bound_by_agreements_alone() -> None:
    assert decided(case("anti_social_behaviour", roles=frozenset())) == ("permit", "agreed")


def test_roles_and_notices_bind_what_is_shown_and_not_what_a_program_counts() -> None:
    counted = case("anti_social_behaviour", operation="use", subject=Subject())
    assert decided(counted) == ("permit", "agreed")


@pytest.mark.parametrize(
    ("service", "purpose", "verdict"),
    [
        ("programme", "identify", ("permit", "agreed")),
        ("programme", "claim", ("permit", "agreed")),
        ("programme", "safeguarding", ("deny", "origin")),
        ("programme", "gossip", ("deny", "origin")),
        ("north", "identify", ("permit", "agreed")),
        ("nobody-told-of", "identify", ("deny", "origin")),
        ("housing", "support", ("deny", "origin")),
        ("early-help", "identify", ("deny", "origin")),
        ("jobcentre", "safeguarding", ("permit", "own_record")),
    ],
)
@pytest.mark.parametrize("category", ["benefits", "identity", "address"])
def test_dwp_data_goes_where_the_law_says_whatever_was_agreed_and_whatever_its_category(
    service: str, purpose: str, verdict: tuple[str, str], category: str
) -> None:
    dwp = case(category, "jobcentre", service=service, purpose=purpose, roles=frozenset(), basis="statute")
    assert decided(dwp) == verdict


@pytest.mark.parametrize("source", ["dwp-visits", "nobody-told-of"])
def test_an_origin_binds_each_service_of_its_sector_and_who_may_be_of_it(source: str) -> None:
    bound = {"purpose": "support", "roles": frozenset()}
    assert decided(case("identity", source, service="housing", **bound)) == ("deny", "origin")  # type: ignore[arg-type]
    assert decided(case("identity", source, **bound)) == ("permit", "agreed")  # type: ignore[arg-type]


def test_the_same_fact_told_by_the_family_is_no_dwp_data() -> None:
    assert decided(case("benefits", "early-help", service="housing", roles=frozenset()))[0] == "permit"


def test_what_rests_on_consent_needs_it_and_is_beyond_objections_and_notices() -> None:
    asked = case(basis="consent", subject=Subject())
    assert decided(asked) == ("deny", "no_consent")
    assert decided(replace(asked, subject=Subject(consented=frozenset({"identity"})))) == ("deny", "no_consent")
    given = Subject(consented=frozenset({"attendance"}), objected=True)
    assert decided(replace(asked, subject=given)) == ("permit", "agreed")


@pytest.mark.parametrize("basis", ["public_task", "statute", "legal_obligation"])
def test_an_objection_stops_routine_work_and_never_safeguarding(basis: str) -> None:
    objected = replace(INFORMED, objected=True)
    assert decided(case(basis=basis, subject=objected)) == ("deny", "objected")
    mash = case(basis=basis, subject=objected, purpose="safeguarding", roles=frozenset({"mash_worker"}))
    assert decided(mash) == ("permit", "agreed")


@pytest.mark.parametrize(
    ("purpose", "reason"),
    [("support", "notice_due"), ("claim", "notice_due"), ("identify", "agreed"), ("safeguarding", "agreed")],
)
def test_a_notice_is_due_before_support_and_claims_are_shown(purpose: str, reason: str) -> None:
    assert decided(case(purpose=purpose, roles=frozenset(), subject=Subject()))[1] == reason


@pytest.mark.parametrize(
    ("source", "agreed", "verdict"),
    [("education", True, "permit"), ("education", False, "deny"), ("neighbourhood-policing", True, "deny")],
)
def test_a_service_supplies_its_own_under_an_agreement(source: str, agreed: bool, verdict: str) -> None:
    assert BOOK.decide_supply("education", source, agreed).verdict == verdict


def test_each_rule_has_a_sentence_and_the_code_knows_no_other() -> None:
    assert {rule.name for rule in BOOK.rules} == set(SPEAKS)
    for rule in [*BOOK.rules, *BOOK.supply, BOOK.otherwise]:
        assert rule.sentence.endswith(".") and len(rule.sentence) > 15
    assert BOOK.version and BOOK.otherwise.verdict == "deny"


def test_a_book_that_names_another_rule_does_not_load() -> None:
    plain = BOOK.model_dump()
    plain["rules"][0]["name"] = "a_friend_asked"
    with pytest.raises(ValueError, match="each rule that the code knows"):
        RuleBook.model_validate(plain)


def test_only_rules_that_find_an_agreement_or_ones_own_record_permit() -> None:
    permitting = [rule.name for rule in BOOK.rules if rule.verdict == "permit"]
    assert permitting == ["own_record", "enquiry", "emergency", "welfare_request", "agreed"]


MASH = frozenset({"mash_worker"})
CARRIES_SAFEGUARDING = [ground for ground in CARRYING if not GROUNDS[ground].answered]
WELFARE = {"purpose": "welfare_of_child", "ground": "welfare_request", "is_person": True}
AGAINST = Subject(objected=True, restricted=frozenset(CATEGORIES))


@pytest.mark.parametrize("ground", CARRIES_SAFEGUARDING)
@pytest.mark.parametrize("state", [None, "draft", "lapsed", "suspended", "ended", "in_force"])
@pytest.mark.parametrize("basis", ["public_task", "consent"])
def test_an_enquiry_is_served_whatever_was_agreed_objected_to_or_restricted(
    ground: str, state: str | None, basis: str
) -> None:
    asked = case(state=state, basis=basis, subject=AGAINST, purpose="safeguarding", roles=MASH, ground=ground)
    assert decided(asked) == ("permit", ground)


@pytest.mark.parametrize("ground", CARRIES_SAFEGUARDING)
def test_protection_origin_and_role_bind_an_enquiry(ground: str) -> None:
    mash = {"purpose": "safeguarding", "roles": MASH, "ground": ground, "service": "childrens-social-care"}
    hidden = case("address", subject=Subject(protected=True), **mash)  # type: ignore[arg-type]
    assert decided(hidden) == ("deny", "protected")
    assert decided(case("benefits", "jobcentre", **mash)) == ("deny", "origin")  # type: ignore[arg-type]
    other_role = mash | {"roles": frozenset({"partner_practitioner"})}
    assert decided(case(state=None, **other_role)) == ("deny", "no_agreement")  # type: ignore[arg-type]
    assert decided(case(state=None, **mash | {"roles": frozenset()}))[0] == "deny"  # type: ignore[arg-type]
    officer = mash | {"roles": frozenset({"information_governance_officer"})}
    assert decided(case(state=None, **officer)) == ("deny", "no_case_content")  # type: ignore[arg-type]


@pytest.mark.parametrize("ground", GROUNDS)
def test_no_ground_carries_what_is_not_for_safeguarding(ground: str) -> None:
    assert decided(case(state=None, purpose="support", ground=ground)) == ("deny", "no_agreement")


@pytest.mark.parametrize("ground", [code for code, ground in GROUNDS.items() if ground.basis is None])
def test_cover_and_team_say_whom_a_caller_meets_and_carry_nothing(ground: str) -> None:
    mash = case(state=None, purpose="safeguarding", roles=MASH, ground=ground)
    assert decided(mash) == ("deny", "no_agreement")
    assert decided(case(ground=ground, subject=replace(INFORMED, objected=True))) == ("deny", "objected")


@pytest.mark.parametrize("state", [None, "draft", "lapsed", "suspended", "ended", "in_force"])
@pytest.mark.parametrize("basis", ["public_task", "consent"])
@pytest.mark.parametrize("role", ["mash_worker", "lead_professional", "partner_practitioner"])
def test_an_answered_request_is_served_whatever_was_agreed_consented_or_objected_to(
    state: str | None, basis: str, role: str
) -> None:
    answered = replace(AGAINST, answered=frozenset({("attendance", "education")}))
    asked = case(state=state, basis=basis, subject=answered, roles=frozenset({role}), **WELFARE)  # type: ignore[arg-type]
    assert decided(asked) == ("permit", "welfare_request")


def test_an_answered_request_carries_what_the_answer_names_and_nothing_else() -> None:
    subject = Subject(
        answered=frozenset({("attendance", "education"), ("benefits", "jobcentre"), ("address", "education")})
    )
    of_mash = {"roles": MASH, "subject": subject, "state": None, "service": "childrens-social-care"} | WELFARE
    assert decided(case(**of_mash)) == ("permit", "welfare_request")  # type: ignore[arg-type]
    for category, source in (("support", "education"), ("attendance", "housing"), ("identity", "education")):
        assert decided(case(category, source, **of_mash)) == ("deny", "no_agreement")  # type: ignore[arg-type]
    assert decided(case("benefits", "jobcentre", **of_mash)) == ("deny", "origin")  # type: ignore[arg-type]
    hidden = of_mash | {"subject": replace(subject, protected=True)}
    assert decided(case("address", **hidden)) == ("deny", "protected")  # type: ignore[arg-type]
    for other in (
        {"ground": None},
        {"ground": None, "state": "in_force"},  # as one of before could be, had somebody written it into the store
        {"purpose": "safeguarding"},
        {"purpose": "support"},
        {"roles": frozenset({"claims_officer"})},
        {"roles": frozenset(), "is_person": False},
        {"subject": Subject()},
    ):
        assert decided(case(**of_mash | other)) == ("deny", "no_agreement"), other  # type: ignore[arg-type]
    officer = of_mash | {"roles": frozenset({"information_governance_officer"})}
    assert decided(case(**officer)) == ("deny", "no_case_content")  # type: ignore[arg-type]


@pytest.mark.parametrize("operation", ["read", "use"])
@pytest.mark.parametrize("purpose", ["identify", "support", "claim"])
@pytest.mark.parametrize(
    ("source", "basis"), [("education", "public_task"), ("education", "consent"), ("programme", "")]
)
def test_a_restriction_stops_each_routine_use_of_ones_own_record_too(
    operation: str, purpose: str, source: str, basis: str
) -> None:
    subject = replace(INFORMED, restricted=frozenset({"attendance"}), consented=frozenset({"attendance"}))
    asked = case(source=source, basis=basis, purpose=purpose, operation=operation, subject=subject, roles=frozenset())
    assert decided(asked) == ("deny", "restricted")
    assert decided(replace(asked, category="support"))[1] != "restricted"


def test_a_restriction_never_stops_safeguarding() -> None:
    assert decided(case(purpose="safeguarding", roles=MASH, subject=AGAINST)) == ("permit", "agreed")


def test_a_notice_counts_for_who_gave_it_and_for_whom_an_agreement_says_it_was_given() -> None:
    by_police, by_council = (Subject(informed=frozenset({agency})) for agency in ("police", "council"))
    plain = case(source="neighbourhood-policing", subject=by_police)
    given_for = replace(plain, standing=AgreementStanding(AGREEMENT, "public_task", "in_force", informs="police"))
    assert decided(plain) == ("deny", "notice_due")
    assert decided(given_for) == ("permit", "agreed")
    assert decided(replace(given_for, subject=by_council)) == ("permit", "agreed")
    assert decided(replace(given_for, subject=Subject())) == ("deny", "notice_due")
    elsewhere = replace(given_for, standing=AgreementStanding(AGREEMENT, "public_task", "in_force", informs="health"))
    assert decided(elsewhere) == ("deny", "notice_due")
