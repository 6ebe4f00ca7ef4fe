"""Agreements of before December 2026, when requests named the agencies and one person could sign for both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.db import new_id, now, today
from consent import check_agreements
from consent.agreements.wrongly_signed import list_wrongly_signed
from consent.models import Agreement, AgreementStep, AgreementTerm
from fixtures.stack import Programs
from unit.consent.world import COUNCIL, HANA, HEALTH, IDA, IRIS, POLICE, World, caller, day, somebody


@pytest.fixture
def world(programs: Programs) -> Iterator[World]:
    yield World.begin(programs)


def signed_then(world: World, supplier: str, recipient: str, agencies: tuple[str, str], *by: tuple[str, str]) -> str:
    """An agreement as the release before kept it: steps name an agency and no side."""
    agreement = new_id()
    with world.running.runtime.write() as session:
        session.add(
            Agreement(
                id=agreement, supplier=supplier, recipient=recipient, supplier_agency=agencies[0],
                recipient_agency=agencies[1], tier="district", begins=today(), status="signed", announced=True,
                supplier_signed_on=today(), recipient_signed_on=today(), review_by=today().replace(year=2017),
            )
        )  # fmt: skip
        session.flush()
        session.add(
            AgreementTerm(
                agreement=agreement, purpose="support", category="identity", supplier=supplier, recipient=recipient,
                basis="public_task", gateway=None,
            )
        )  # fmt: skip
        for kind, (who, agency) in (("drafted", by[0]), *(("signed", one) for one in by)):
            session.add(
                AgreementStep(
                    id=new_id(), agreement=agreement, kind=kind, date=today(), agency=agency, by=who, recorded_at=now()
                )
            )
            session.flush()
    return str(agreement)


def wrong(world: World) -> dict[str, list[tuple[str, str]]]:
    with world.running.runtime.read() as session:
        found = list_wrongly_signed(session)
    return {str(one.agreement): [(fault.side, fault.what) for fault in one.faults] for one in found}


def test_what_was_signed_wrongly_is_found_by_what_is_wrong_with_it(world: World) -> None:
    both = signed_then(world, "education", "programme", (COUNCIL, COUNCIL), ("iris", COUNCIL))
    stolen = signed_then(world, "education", "school-nursing", (HEALTH, HEALTH), ("hana", HEALTH))
    nowhere = signed_then(world, "library", "programme", (COUNCIL, COUNCIL), ("iris", COUNCIL), ("ida", COUNCIL))
    signed_then(world, "neighbourhood-policing", "programme", (POLICE, COUNCIL), ("petra", POLICE), ("iris", COUNCIL))
    assert wrong(world) == {
        both: [("recipient", "same_person")],
        stolen: [("supplier", "not_the_owner"), ("recipient", "same_person")],
        nowhere: [("supplier", "unknown_service"), ("recipient", "same_person")],
    }


def test_an_agreement_that_another_agency_signed_shares_nothing_and_its_owners_see_it(world: World) -> None:
    stolen = signed_then(world, "education", "school-nursing", (HEALTH, HEALTH), ("hana", HEALTH))
    asked = caller("school-nursing", ["partner_practitioner"])
    person = somebody()
    world.inform(person)
    assert world.reasons([person], [("identity", "education")], asker=asked) == ["no_agreement"]
    assert world.get(f"/v1/agreements/{stolen}", IRIS).status_code == 200
    assert world.sign(stolen, HANA).status_code == 200
    assert world.reasons([person], [("identity", "education")], asker=asked) == ["no_agreement"]


def test_one_that_stands_in_order_goes_on_whatever_its_review_date_and_tier(world: World) -> None:
    made = signed_then(
        world, "neighbourhood-policing", "programme", (POLICE, COUNCIL), ("petra", POLICE), ("iris", COUNCIL)
    )
    person = somebody()
    world.inform(person)
    assert world.reasons([person], [("identity", "neighbourhood-policing")]) == ["agreed"]
    shown = world.get(f"/v1/agreements/{made}").json()
    assert (shown["status"], shown["review"], shown["control"]) == ("in_force", "overdue", None)
    assert [(one["side"], one["by"]) for one in shown["signatures"]] == [("supplier", "petra"), ("recipient", "iris")]


def test_the_command_lists_them_and_voids_them_until_somebody_else_has_signed(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    both = signed_then(world, "education", "programme", (COUNCIL, COUNCIL), ("iris", COUNCIL))
    person = somebody()
    world.inform(person)
    monkeypatch.setattr(check_agreements, "make_runtime", lambda _: world.running.runtime)
    monkeypatch.setattr(check_agreements, "running", lambda runtime: Kept(runtime))
    assert check_agreements.main(["--var", str(tmp_path)]) == 1
    assert f"{both} education to programme, signed: recipient: one person signed both sides" in capsys.readouterr().out
    assert world.reasons([person], [("identity", "education")]) == ["agreed"]
    assert check_agreements.main(["--var", str(tmp_path), "--void"]) == 1
    assert world.reasons([person], [("identity", "education")]) == ["no_agreement"]
    assert check_agreements.main(["--var", str(tmp_path)]) == 0
    assert world.post(f"/v1/agreements/{both}/resume", {"date": day()}).status_code == 409
    assert world.sign(both, IRIS).status_code == 409
    assert world.sign(both, IDA).json()["status"] == "in_force"
    assert world.reasons([person], [("identity", "education")]) == ["agreed"]


class Kept:
    """A runtime that stays open behind a command, since the test's program goes on with it."""

    def __init__(self, runtime: object) -> None:
        self._runtime = runtime

    def __enter__(self) -> object:
        return self._runtime

    def __exit__(self, *_: object) -> None:
        pass
