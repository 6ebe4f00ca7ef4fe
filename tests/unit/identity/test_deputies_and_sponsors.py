"""Who does an officer's work in their absence, and who signs for an agency that has no officer."""

from .conftest import PASSWORD, Identity, claims_of

FROM = {"from": "2026-01-01", "reason": "On leave"}
OFFICER = "information_governance_officer"


def test_a_deputys_tokens_hold_the_officers_role_and_say_for_whom_while_it_lasts(identity: Identity) -> None:
    olga = identity.user("olga", [OFFICER, "analyst"])
    dan = identity.user("dan", ["head_of_service"])
    browser = identity.browser()
    before = browser.sign_in("dan@thornbury.example", PASSWORD)
    assert "deputy_for" not in claims_of(before["access_token"])
    deputy = identity.make("/v1/deputies", FROM | {"officer": olga, "deputy": dan})["id"]
    during = browser.refresh(before["refresh_token"]).json()
    said = claims_of(during["access_token"])
    assert said["deputy_for"] == olga and "agreements:sign" in said["scope"].split()
    assert said["roles"] == ["head_of_service", OFFICER]  # what lets her sign, and nothing else that she may
    assert [one["id"] for one in identity.get("/v1/deputies")["items"]] == [deputy]
    assert identity.post(f"/v1/deputies/{deputy}/end", None).json()["status"] == "ended"
    after = claims_of(browser.refresh(during["refresh_token"]).json()["access_token"])
    assert "deputy_for" not in after and after["roles"] == ["head_of_service"]
    assert {entry["action"] for entry in identity.get("/v1/audit", kind="deputy")["items"]} == {
        "deputy.named", "deputy.ended",
    }  # fmt: skip


def test_a_deputy_who_moves_to_another_agency_deputises_no_longer(identity: Identity) -> None:
    officer, deputy = identity.user("ode", [OFFICER]), identity.user("dot", [])
    identity.make("/v1/deputies", FROM | {"officer": officer, "deputy": deputy})
    identity.make("/v1/agencies", {"code": "police", "name": "Police", "kind": "police"})
    identity.make("/v1/agencies/police/services", {"code": "beat", "name": "Beat", "sector": "police"})
    assert "deputy_for" in claims_of(identity.browser().sign_in("dot@thornbury.example", PASSWORD)["access_token"])
    assert identity.patch(f"/v1/users/{deputy}", {"service": "beat"}).status_code == 200
    # She has no role of her own, and nobody signs in without one.
    assert "not possible" in identity.browser().fill_in("dot@thornbury.example", PASSWORD).text


def test_an_administrator_names_neither_themselves_nor_who_is_nobody(identity: Identity) -> None:
    officer = identity.user("otis", [OFFICER])
    myself = identity.get("/v1/whoami")["subject"]
    assert identity.post("/v1/deputies", FROM | {"officer": officer, "deputy": myself}).status_code == 403
    unknown = "0190a000-0000-7000-8000-000000000009"
    for body, pointer in (
        ({"officer": unknown, "deputy": officer}, "/body/officer"),
        ({"officer": officer, "deputy": unknown}, "/body/deputy"),
        ({"officer": officer, "deputy": unknown, "to": "2025-01-01"}, "/body"),
    ):
        refused = identity.post("/v1/deputies", FROM | body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert identity.post(f"/v1/deputies/{unknown}/end", None).status_code == 404


def test_a_sponsor_is_told_of_and_ends(identity: Identity) -> None:
    identity.user("opal", [OFFICER])
    identity.make("/v1/agencies", {"code": "surgery", "name": "Surgery", "kind": "health"})
    path, body = "/v1/agencies/surgery/sponsors", FROM | {"sponsor": "thornbury-council"}
    assert identity.post(path, body | {"to": "2025-12-31"}).status_code == 422
    made = identity.make(path, body)["id"]
    assert identity.get(path)["items"][0]["sponsor"] == "thornbury-council"
    assert identity.post("/v1/agencies/thornbury-council/sponsors/" + made + "/end", None).status_code == 404
    assert identity.post(f"{path}/{made}/end", None).json()["status"] == "ended"
    assert identity.events(sponsorship=made) == ["sponsor.named.v1", "sponsor.ended.v1"]
