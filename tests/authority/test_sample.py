"""The sample is nobody's choice, a finding is final, and nobody has two hands in one claim.

An attacker here chooses a seed, turns a failed finding into an upheld one, and holds two roles.
"""

import hashlib
import secrets
from collections.abc import Iterator

import pytest

from authority.earned import claims_of, code, confirm, settle_family, support
from authority.town import Town, list_by_pages

ON = "2019-04-14"
FREEZE = {"framework": "2015", "date": ON}


@pytest.fixture(scope="module")
def claim(town: Town) -> Iterator[str]:
    """A checked claim of a family whose late acts were confirmed; `dual` holds all roles that handle claims in turn."""
    family = settle_family(town, 91_002, "Easton")
    support(town, family)
    for who in ("cora", "pia"):
        town.done(confirm(town, who, family))
    [drafted] = claims_of(town, family)
    town.hire("dual", "claims_officer", "programme")
    town.hire("helper", "claims_officer", "programme", "programme_coordinator")
    yield str(drafted["id"])


def become(town: Town, who: str, role: str) -> None:
    """Give somebody another role in place of theirs: identity gives nobody two of these at once."""
    path = f"/v1/users/{town.people[who]}"
    tag = {"If-Match": town.as_admin("GET", "identity", path).headers["ETag"]}
    assert town.as_admin("PATCH", "identity", path, json={"roles": [role]}, headers=tag).status_code == 200
    town.settle()


def commit(town: Town, who: str) -> str:
    nonce = secrets.token_hex(32)
    digest = hashlib.sha256(bytes.fromhex(nonce)).hexdigest()
    town.done(town.post(who, "claims", "/v1/sample-commitments", {"framework": "2015", "hash": digest}))
    return nonce


def test_one_claim_goes_through_five_pairs_of_hands_and_no_choice_of_a_sample(town: Town, claim: str) -> None:
    agreed = {"verdict": "agreed", "reason": "All is there", "date": ON}
    town.done(town.post("dual", "claims", f"/v1/claims/{claim}/check", agreed, purpose="claim"))
    # No sample is known beforehand, and none chosen by whoever checked.
    assert code(town.post("clare", "claims", "/v1/batches", FREEZE)) == (409, "commitment-needed")
    become(town, "dual", "internal_auditor")
    commit(town, "dual")
    assert code(town.post("clare", "claims", "/v1/batches", FREEZE)) == (409, "commitment-not-independent")
    nonce = commit(town, "otto")
    batch = town.done(town.post("clare", "claims", "/v1/batches", FREEZE))["id"]
    path = f"/v1/batches/{batch}"
    assert town.post("otto", "claims", f"{path}/sample", {"seed": 7}).status_code == 422
    assert code(town.post("otto", "claims", f"{path}/sample", {})) == (422, "/body/nonce nonce_needed")
    assert code(town.post("otto", "claims", f"{path}/sample", {"nonce": "00" * 32})) == (
        422,
        "/body/nonce nonce_differs",
    )
    assert code(town.post("dual", "claims", f"{path}/sample", {"nonce": nonce}, purpose="claim")) == (
        409, "auditor-not-independent",
    )  # fmt: skip
    drawn = town.done(town.post("otto", "claims", f"{path}/sample", {"nonce": nonce}))
    assert claim in drawn["sample"]  # recorded late, so looked at whole
    for other in set(drawn["sample"]) - {claim}:  # of other tests of this town
        said = {"claim": other, "verdict": "upheld", "reason": "Seen", "date": ON}
        town.done(town.post("otto", "claims", f"{path}/findings", said))
    abandon = {"reason": "Once more", "date": ON}
    assert code(town.post("clare", "claims", f"{path}/abandon", abandon)) == (409, "sample-revealed")
    # A failed finding stays one for whoever made it.
    finding = {"claim": claim, "verdict": "failed", "reason": "No plan in the file", "date": ON}
    failed = town.done(town.post("otto", "claims", f"{path}/findings", finding))["id"]
    upheld = finding | {"verdict": "upheld", "reason": "Found it", "corrects": failed}
    assert code(town.post("otto", "claims", f"{path}/findings", upheld)) == (409, "finding-stands")
    assert code(town.post("finn", "claims", f"{path}/submit", {"date": ON})) == (409, "batch-held")
    town.done(town.post("olga", "claims", f"{path}/findings", upheld))
    found = town.done(town.get("finn", "claims", f"{path}/findings"))["items"]
    assert [(each["verdict"], each["by"], each["corrects"]) for each in found if each["claim"] == claim] == [
        ("failed", town.people["otto"], None), ("upheld", town.people["olga"], failed),
    ]  # fmt: skip
    one_by_one = list_by_pages(town, "finn", "claims", f"{path}/findings")
    assert one_by_one == found and len(found) > 1
    # Two roles of one person are one hand, one after the other too.
    become(town, "dual", "finance_officer")
    for who, purpose in (("dual", "claim"),):
        refused = town.post(who, "claims", f"{path}/submit", {"date": ON}, purpose=purpose)
        assert code(refused) == (409, "submitter-not-independent")
    early = town.post("finn", "claims", f"{path}/submit", {"date": "2019-04-13"})
    assert code(early) == (422, "/body/date date_out_of_order")
    due = town.done(town.get("finn", "claims", path))["value"]["pence"]
    town.done(town.post("finn", "claims", f"{path}/submit", {"date": ON}))
    payment = {"batch": batch, "date": ON, "pence": due, "reference": "R"}
    assert code(town.post("finn", "claims", "/v1/payments", payment)) == (409, "payer-not-independent")
    old = town.post("faye", "claims", "/v1/payments", payment | {"date": "1999-01-01"})
    assert code(old) == (422, "/body/date date_out_of_order")
    town.done(town.post("faye", "claims", "/v1/payments", payment))


def test_nobody_elsewhere_reads_or_draws_it(town: Town, claim: str) -> None:
    for who in ("harriet", "petra"):
        assert town.get(who, "claims", "/v1/sample-commitments").status_code == 403
        assert town.post(who, "claims", "/v1/batches", FREEZE).status_code == 403
    assert town.done(town.get("leo", "claims", "/v1/sample-commitments"))["items"] == []
