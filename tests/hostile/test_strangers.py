"""Other people's ids: what somebody of another agency may not see answers, byte for byte, like what never was."""

import json
import secrets
from typing import Any
from uuid import uuid4

import httpx
import pytest

from fixtures.platform import PROGRAMS, Platform
from hostile.doors import JSON, Door, doors
from hostile.judge import judge, none
from hostile.world import World

FOR_ALL = {
    "consent GET /v1/notices/{notice_id}",
    "consent POST /v1/notices/{notice_id}/deliveries",
    "families POST /v1/families/{family_id}/evidence-bundles",
}
"""A privacy notice is published to everybody; a bundle is frozen by claims alone, whose scope nobody else can have."""


def stranger(platform: Platform) -> str:
    """Somebody with every scope but identity's, of another agency, in a role that meets only those whom it supports.

    Who has identity's looks after the people and clients of all agencies: to those, nobody there is a stranger.
    """
    claims = platform.claims(
        "nell", client_id="nursing", agency="health-trust", service="school-nursing", areas=[],
        roles=["partner_practitioner"],
        scope=" ".join(scope for scope in platform.scopes if not scope.startswith("identity:")),
    )  # fmt: skip
    return platform.signed(claims)


def ask(platform: Platform, door: Door, body: bytes, ids: dict[str, str]) -> httpx.Response:
    headers = door.headers(stranger(platform)) | {"Idempotency-Key": secrets.token_hex(8)}
    if door.content:
        headers["Content-Type"] = JSON
    return platform[door.program].client.request(
        door.method, door.url(**ids), params=door.query(), content=body, headers=headers
    )


def told(answer: httpx.Response) -> tuple[int, Any, list[tuple[str, str]]]:
    """All that an answer tells, but for what differs in any two."""
    body = {name: value for name, value in answer.json().items() if name not in ("request_id", "instance")}
    headers = [(name, value) for name, value in answer.headers.items() if name not in ("x-request-id", "date")]
    return answer.status_code, body, sorted(headers)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_strangers_id_answers_like_one_that_never_was(platform: Platform, world: World, program: str) -> None:
    wrong = []
    for door in doors(platform, program):
        names = [one["name"] for one in door.parameters("path")]
        if door.name in FOR_ALL or not set(names) & set(world.ids) or door.is_file:
            continue
        body = json.dumps(door.body()).encode() if door.is_json else b""
        known = [name for name in names if name in world.ids]  # what else a path names is the same in both
        theirs = ask(platform, door, body, {name: world.ids[name] for name in known})
        nobodys = ask(platform, door, body, {name: str(uuid4()) for name in known})
        wrong += judge(theirs, door, "another's id")
        if told(theirs) != told(nobodys):
            wrong.append(f"{door.name}: {theirs.status_code} {theirs.text} is not {nobodys.status_code} {nobodys.text}")
    assert none(wrong)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_world_has_one_of_whatever_a_path_names_by_an_id(platform: Platform, world: World, program: str) -> None:
    """What it had none of, the test before would pass over."""
    lacking = []
    for door in doors(platform, program):
        for one in door.parameters("path"):
            if door.samples.resolve(one["schema"]).get("format") == "uuid" and one["name"] not in world.ids:
                lacking.append(f"{door.name}: {one['name']}")
    assert lacking == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_lookup_of_strangers_ids_finds_nobody(platform: Platform, world: World, program: str) -> None:
    wrong = []
    for door in doors(platform, program):
        if not door.path.endswith("/lookup"):
            continue
        ids = [world.ids["family_id"], world.ids["person_id"]]
        for asked in (ids, [str(uuid4()), str(uuid4())]):
            answer = ask(platform, door, json.dumps({"ids": asked}).encode(), {})
            wrong += judge(answer, door, "others' ids looked up", {200})
            if answer.json().get("items"):
                wrong.append(f"{door.name} finds {answer.text}")
    assert none(wrong)
