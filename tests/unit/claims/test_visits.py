"""What the department's visitor is shown of a claim whose evidence may be shown, and what is withheld."""

from datetime import timedelta
from typing import Any

from chassis.clock import today
from chassis.db import new_id, now, upsert
from directory.tables import DirectoryService, DirectoryServiceOwner, DirectoryUser
from fixtures.tokens import as_, token
from unit.claims.test_drafts import DAY, frozen, recovered
from unit.claims.world import OTTO, World

MINISTRY = {"service": "assurance", "agency": "ministry", "sector": "department"}


def know_visitor(world: World) -> tuple[str, dict[str, str]]:
    """Somebody of the department's service. Shape: their id, and the headers that they send."""
    vera, at = str(new_id()), now()
    with world.running.runtime.write() as session:
        upsert(session, DirectoryService, [MINISTRY | {"recorded_at": at}], key=["service"])
        upsert(
            session, DirectoryServiceOwner, [MINISTRY | {"since": at, "recorded_at": at}], key=["service", "since"]
        )  # fmt: skip
        user = {"user": vera, "service": "assurance", "agency": "ministry", "roles": ["assurance_visitor"]}
        upsert(session, DirectoryUser, [user | {"areas": [], "status": "active", "recorded_at": at}], key=["user"])
    said: dict[str, Any] = {
        "service": "assurance",
        "agency": "ministry",
        "purposes": ["claim"],
        "scopes": ["visits:read"],
    }
    return vera, as_(token(vera, roles=["assurance_visitor"], **said))


def test_a_visitor_reads_the_evidence_of_the_sample_as_the_auditor_does(world: World) -> None:
    family = recovered(world)
    batch = frozen(world)
    vera, headers = know_visitor(world)
    iris = as_(token("iris", roles=["information_governance_officer"], scopes=["visits:read", "visits:write"]))
    body = {
        "visitor": vera, "from": today().isoformat(), "to": (today() + timedelta(days=4)).isoformat(),
        "batches": [batch], "reason": "A visit",
    }  # fmt: skip
    early = world.post("/v1/assurance-visits", iris, body)
    assert [fault["code"] for fault in early.json()["errors"]] == ["no_sample"]
    [claim] = world.draw(batch).json()["sample"]
    finding = {"claim": claim, "verdict": "upheld", "reason": "All is there", "date": DAY}
    assert world.post(f"/v1/batches/{batch}/findings", OTTO, finding).status_code == 201
    visit = world.post("/v1/assurance-visits", iris, body).json()["id"]

    def read() -> dict[str, Any]:
        [row] = world.get(f"/v1/assurance-visits/{visit}/claims", headers)["items"]
        return dict(row)

    audited, seen = world.get(f"/v1/claims/{claim}", OTTO), read()
    assert seen["claim"] == audited and audited["verdict"] == "shown"
    assert (seen["checked_by"], seen["frozen_by"]) == ("clare", "clare")
    assert "recorder of plan.agreed" in seen["prepared_by"]
    assert [(each["by"], each["reason"]) for each in seen["findings"]] == [("otto", "All is there")]
    asked = world.consent.asked[-1]
    assert (asked["caller"]["service"], asked["purpose"], asked["share"]) == ("assurance", "claim", True)
    world.consent.denied.add((str(family.son), "attendance"))
    withheld = read()
    assert (withheld["claim"]["verdict"], withheld["claim"]["evidence"]) == ("withheld", None)
    assert withheld["findings"][0]["reason"] is None
