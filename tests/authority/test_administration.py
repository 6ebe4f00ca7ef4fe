"""Nobody is given two roles that exclude each other: not at once, not one after the other, not as a deputy.

An administrator makes a person who computes claims, audits them, moves their money and decides what is shared, or gives
a colleague one role more each week until they can.
"""

from typing import Any
from uuid import UUID

import pytest

from authority.town import Town
from identity.models import User
from sandbox import actors
from vocabulary.roles import EXCLUDING, ROLES, find_excluding, keep_compatible

OFFICER = "information_governance_officer"
MONEY = ("claims_officer", "internal_auditor", "finance_officer", OFFICER)
PAIRS = [(one, other) for at, one in enumerate(MONEY) for other in MONEY[at + 1 :]]
CASE = (
    "programme_coordinator", "lead_professional", "partner_practitioner", "mash_worker", "childrens_social_worker",
    "team_manager",
)  # fmt: skip
LEAVE = {"from": "2026-01-01", "reason": "On leave"}


def register(town: Town, name: str, *roles: str, service: str = "programme") -> Any:
    body = {"email": f"{name}@town.example", "name": name.title(), "service": service, "roles": roles}
    return town.as_admin("POST", "identity", "/v1/users", json=body)


def give(town: Town, name: str, *roles: str) -> Any:
    path = f"/v1/users/{town.people[name]}"
    tag = town.as_admin("GET", "identity", path).headers["ETag"]
    return town.as_admin("PATCH", "identity", path, json={"roles": roles}, headers={"If-Match": tag})


def name_deputy(town: Town, officer: str, deputy: str, **more: str) -> Any:
    body = LEAVE | {"officer": town.people[officer], "deputy": town.people[deputy]} | more
    return town.as_admin("POST", "identity", "/v1/deputies", json=body)


def fault_of(answer: Any) -> tuple[str, str]:
    assert answer.status_code == 422, answer.text
    fault = answer.json()["errors"][0]
    assert "/v1/roles" in fault["fix"]
    return fault["pointer"], fault["code"]


def test_claims_audit_finance_and_governance_exclude_each_other_and_an_administrator_has_no_other_role() -> None:
    assert set(map(frozenset, PAIRS)) <= EXCLUDING
    others = [role for role in ROLES if role != "platform_administrator"]
    assert find_excluding("platform_administrator", others) == others
    assert keep_compatible(["analyst", "claims_officer", "finance_officer", "platform_administrator"]) == [
        "analyst", "claims_officer",
    ]  # fmt: skip
    for user in actors.USERS:
        assert keep_compatible(user.roles) == list(user.roles), user.username


@pytest.mark.parametrize("pair", [*PAIRS, ("platform_administrator", "analyst")])
def test_nobody_is_registered_with_two_roles_that_exclude_each_other(town: Town, pair: tuple[str, str]) -> None:
    for roles in (pair, pair[::-1]):
        assert fault_of(register(town, "sixfold", "head_of_service", *roles))[1] == "roles_exclude"


def test_an_officer_who_decides_what_is_shared_works_on_no_case(town: Town) -> None:
    """Neither here nor at a partner, and not as a deputy: a practitioner who signs would decide what they see."""
    assert find_excluding(OFFICER, CASE) == list(CASE)
    for role, service in (("partner_practitioner", "neighbourhood-policing"), ("mash_worker", "childrens-social-care")):
        assert fault_of(register(town, "twofold", OFFICER, role, service=service)) == ("/body/roles/1", "roles_exclude")
    town.hire("perdita", "partner_practitioner", "neighbourhood-policing")
    assert fault_of(name_deputy(town, "petra", "perdita")) == ("/body/deputy", "roles_exclude")
    assert fault_of(give(town, "petra", OFFICER, "lead_professional")) == ("/body/roles/1", "roles_exclude")


def test_a_person_of_six_roles_is_told_which_of_them_are_too_many(town: Town) -> None:
    refused = register(town, "sixfold", "analyst", *MONEY, "platform_administrator")
    faults = [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]]
    assert refused.status_code == 422
    assert faults == [(f"/body/roles/{index}", "roles_exclude") for index in range(2, 6)]


def test_nobody_comes_by_the_second_role_later(town: Town) -> None:
    town.hire("grace", "claims_officer", "programme")
    assert fault_of(give(town, "grace", "claims_officer", "finance_officer")) == ("/body/roles/1", "roles_exclude")
    assert give(town, "grace", "claims_officer", "analyst").status_code == 200
    assert give(town, "grace", "finance_officer").status_code == 200  # one instead of the other
    assert town.as_admin("GET", "identity", f"/v1/users/{town.people['grace']}").json()["roles"] == ["finance_officer"]


def test_nobody_comes_by_it_as_an_officers_deputy(town: Town) -> None:
    for name, role in (("dorcas", "internal_auditor"), ("drew", "analyst"), ("dina", "head_of_service")):
        town.hire(name, role, "programme")
    town.hire("otis", OFFICER, "programme")
    assert fault_of(name_deputy(town, "otis", "dorcas")) == ("/body/deputy", "roles_exclude")
    assert name_deputy(town, "otis", "drew").status_code == 201
    assert fault_of(give(town, "drew", "analyst", "internal_auditor")) == ("/body/roles/1", "roles_exclude")
    assert give(town, "drew", "analyst", "head_of_service").status_code == 200
    # A deputyship that begins later counts from the day on which it was agreed.
    later = town.done(name_deputy(town, "otis", "dina", **{"from": "2099-01-01"}))["id"]
    assert fault_of(give(town, "dina", "claims_officer"))[1] == "roles_exclude"
    town.done(town.as_admin("POST", "identity", f"/v1/deputies/{later}/end"))
    assert give(town, "dina", "claims_officer").status_code == 200


def test_an_officer_whose_deputy_took_money_meanwhile_is_no_officer_again(town: Town) -> None:
    town.hire("olin", OFFICER, "programme")
    town.hire("dell", "analyst", "programme")
    assert name_deputy(town, "olin", "dell").status_code == 201
    assert give(town, "olin", "analyst").status_code == 200
    assert give(town, "dell", "finance_officer").status_code == 200  # nothing is lent that would exclude it
    assert fault_of(give(town, "olin", OFFICER)) == ("/body/roles/0", "roles_exclude")


def test_of_roles_that_an_earlier_release_gave_together_the_first_counts(town: Town) -> None:
    town.hire("ezra", "claims_officer", "programme")
    town.hire("esme", "analyst", "programme")
    town.hire("oona", OFFICER, "programme")
    assert name_deputy(town, "oona", "esme").status_code == 201
    with town.platform["identity"].runtime.write() as session:
        session.get_one(User, UUID(town.people["ezra"])).roles = ["claims_officer", "finance_officer", "analyst"]
        session.get_one(User, UUID(town.people["esme"])).roles = ["finance_officer"]
    said = town.get("ezra", "identity", "/v1/whoami", purpose="claim").json()
    assert said["roles"] == ["analyst", "claims_officer"] and "payments:write" not in said["scopes"]
    assert town.get("esme", "identity", "/v1/whoami").json()["roles"] == ["finance_officer"]
