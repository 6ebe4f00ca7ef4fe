"""What the data files declare is checked as it is read, and what one refers to is declared in another."""

from datetime import date

import pytest

from chassis.cli import load
from vocabulary.acts import ACT_ROWS, ACTS, may_act, may_act_on_others
from vocabulary.bodies import is_named, may_take_part
from vocabulary.categories import CATEGORIES, categories_seen
from vocabulary.conditions import CONDITIONS, SCHEDULE_1, list_paragraphs_for
from vocabulary.feeds import FEEDS, DeclaredFeed
from vocabulary.grounds import GROUNDS
from vocabulary.origins import ORIGINS
from vocabulary.programs import PROGRAMS, SERVICES, DeclaredProgram, address
from vocabulary.purposes import ON_GROUND
from vocabulary.roles import ROLES
from vocabulary.safeguarding import EMERGENCY_ADVICE, ENQUIRY_KINDS, add_working_days
from vocabulary.scopes import RESERVED, SCOPES
from vocabulary.source import NotAsDeclared, check_entries, expect_known

LOANS = {"category": "attendance", "supplier": "housing", "trust": 2, "may_say_moved": True}


def test_an_entry_is_its_code_and_its_members() -> None:
    feed = check_entries(DeclaredFeed, {"_": {"version": "1"}, "library_loans": LOANS})["library_loans"]
    assert (feed.code, feed.trust, feed.may_say_moved, feed.scope) == ("library_loans", 2, True, "push:library_loans")


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({**LOANS, "trust": "some"}, "trust"),
        ({**LOANS, "colour": "red"}, "colour"),
        ({key: value for key, value in LOANS.items() if key != "trust"}, "trust"),
    ],
)
def test_a_member_that_is_wrong_unknown_or_missing_is_named_with_its_file_and_entry(
    members: dict[str, object], named: str
) -> None:
    with pytest.raises(NotAsDeclared, match=rf"feeds\.toml, library_loans: {named}: "):
        check_entries(DeclaredFeed, {"library_loans": members})


def test_a_code_that_is_not_declared_is_refused() -> None:
    feed = DeclaredFeed(code="library_loans", **{**LOANS, "category": "hosing"})
    with pytest.raises(NotAsDeclared, match=r"feeds\.toml, library_loans: category: hosing is not declared"):
        expect_known(feed, "category", [feed.category], CATEGORIES)
    expect_known(feed, "supplier", [feed.supplier], {"housing"})


def test_programs_answer_at_ports_of_their_own_from_the_first_on() -> None:
    ports = {name: declared.port for name, declared in PROGRAMS.items()}
    known = {"gateway": 8700, "identity": 8701, "families": 8702, "consent": 8703, "claims": 8704}
    assert ports.items() >= known.items()
    assert sorted(ports.values()) == list(range(8700, 8700 + len(ports)))
    assert address("claims") == "http://127.0.0.1:8704"
    assert tuple(name for name in PROGRAMS if name != "gateway") == SERVICES


def test_a_programs_folder_and_secrets_follow_from_what_it_is() -> None:
    assert {declared.home for declared in PROGRAMS.values()} == {*(f"services/{name}" for name in SERVICES), "gateway"}
    assert PROGRAMS["identity"].secret_files == (
        "identity.database",
        "identity.kafka",
        "identity.cursor",
        "identity.wrapping-key",
        "identity.log-key",
    )
    assert PROGRAMS["claims"].secret_files == (
        "claims.database",
        "claims.kafka",
        "claims.cursor",
        "claims.log-key",
        "claims.secret",
    )
    assert PROGRAMS["gateway"].secret_files == ("gateway.cursor", "gateway.secret")


def test_a_program_starts_after_those_that_it_calls_but_for_the_two_that_ask_each_other() -> None:
    """The order of the file is the order of starting. consent and families ask each other while they answer, and each
    starts without the other."""
    order = list(PROGRAMS)
    back = {
        (declared.code, other)
        for declared in PROGRAMS.values()
        for other in declared.calls
        if order.index(other) > order.index(declared.code)
    }
    assert back == {("consent", "families")}
    assert check_entries(DeclaredProgram, {}) == {}


def test_every_feed_has_a_scope_that_an_administrator_can_grant() -> None:
    assert {feed.scope for feed in FEEDS.values()} <= SCOPES.keys() - RESERVED
    assert {scope for scope in SCOPES if scope.startswith("push:")} == {feed.scope for feed in FEEDS.values()}


def test_only_the_platforms_programs_hold_reserved_scopes() -> None:
    assert {"consent:decide", "evidence:freeze", "people:standing"} == RESERVED
    assert not any(RESERVED & set(role.scopes) for role in ROLES.values())


def test_what_a_role_sees_is_said_with_each_category() -> None:
    every = frozenset(CATEGORIES)
    assert categories_seen("mash_worker") == {"safeguarding": every, "welfare_of_child": every}
    assert categories_seen("claims_officer") == {
        "claim": CATEGORIES.keys() - {"identity", "address", "location", "housing", "social_care"}
    }
    for role in ("information_governance_officer", "finance_officer", "head_of_service", "platform_administrator"):
        assert categories_seen(role) == {}
    assert categories_seen("nobody") == {}


def test_an_origin_binds_sectors_and_purposes_that_are_declared() -> None:
    dwp = ORIGINS["work_and_pensions"]
    assert dwp.sources == {"employment"} and dwp.recipients == {"programme"}
    assert "safeguarding" not in dwp.purposes and "[S: counsel]" in dwp.unsettled


@pytest.mark.parametrize("name", list(PROGRAMS))
def test_every_program_says_alike_whom_to_ask_in_an_emergency(name: str) -> None:
    assert load(name).settings.model_fields["unavailable_advice"].default == EMERGENCY_ADVICE


def test_special_data_has_conditions_of_its_article_and_each_condition_paragraphs_that_fit() -> None:
    special = {category.code: category.article for category in CATEGORIES.values() if category.article}
    assert special == {"anti_social_behaviour": 10, "benefits": 9, "support": 9, "social_care": 9}
    assert "18" in list_paragraphs_for(CONDITIONS["substantial_public_interest"])
    assert list_paragraphs_for(CONDITIONS["vital_interests"]) == []
    assert {SCHEDULE_1[code].part for code in list_paragraphs_for(CONDITIONS["social_protection"])} == {1}


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2026-11-27", "2026-11-30"),  # a Friday
        ("2026-11-28", "2026-11-30"),  # a Saturday
        ("2026-12-24", "2026-12-29"),  # Christmas, a weekend and the day for Boxing Day lie between
        ("2027-03-25", "2027-03-30"),  # Easter
    ],
)
def test_a_working_day_is_no_weekend_and_no_bank_holiday(day: str, due: str) -> None:
    assert add_working_days(date.fromisoformat(day), 1) == date.fromisoformat(due)


def test_each_ground_is_for_declared_purposes_and_what_carries_a_sharing_has_a_basis() -> None:
    assert {code for code, ground in GROUNDS.items() if ground.basis} == {
        *("enquiry", "emergency", "welfare_request"),
    }
    assert all(ground.purposes == ON_GROUND for ground in GROUNDS.values() if ground.answered)
    assert all("safeguarding" in ground.purposes for ground in GROUNDS.values() if not ground.answered)
    assert set(ENQUIRY_KINDS) == {"s17", "s47"}


def test_who_may_do_which_act_is_said_by_way_role_and_sector() -> None:
    officer, lead = ["information_governance_officer"], ["lead_professional"]
    assert may_act("record_consent", ["leads"], lead, None)
    assert not may_act("record_consent", ["obtained"], officer, "programme")
    assert not may_act("record_consent", ["leads"], ["partner_practitioner"], "housing")
    assert may_act("raise_objection", ["supplied"], officer, "health")
    assert not may_act("raise_objection", ["leads"], lead, "programme")
    assert may_act("set_protection", ["supplied"], officer, "police")
    assert not may_act("set_protection", ["supplied"], officer, "health")
    assert not may_act("set_protection", ["supplied"], officer, None)
    assert not may_act_on_others("lift_protection", ["supplied"], officer, "police")
    assert may_act_on_others("lift_protection", ["obtained"], officer, "programme")
    assert not any(may_act(act, [], officer + lead, "police") for act in ACTS)
    with pytest.raises(KeyError):
        may_act("fly", ["leads"], lead, None)
    declared = {code for row in ACT_ROWS.values() for code in row.acts}
    assert declared == ACTS  # each act is somebody's


@pytest.mark.parametrize(
    ("sector", "agency", "named"),
    [
        ("social-care", {"social-care", "housing"}, True),
        ("housing", {"social-care", "housing"}, True),  # the council's
        ("housing", {"housing", "revenues"}, True),  # a district council's
        ("housing", {"housing"}, False),  # an association's
        ("voluntary", {"voluntary", "early-help"}, False),
        ("police", {"police"}, True),
        ("employment", {"employment"}, False),
        ("employment", {"employment", "health"}, False),
        (None, {"police"}, False),
    ],
)
def test_the_duty_to_share_binds_bodies_that_the_law_names_with_all_their_services(
    sector: str | None, agency: set[str], named: bool
) -> None:
    assert is_named(sector, agency) == named
    assert may_take_part(sector) == (sector not in (None, "employment"))


def test_what_is_only_stated_with_a_ground_is_no_roles_usual_purpose() -> None:
    assert {"welfare_of_child"} == ON_GROUND
    assert not [role for role in ROLES.values() if role.purposes and role.purposes[0] in ON_GROUND]
