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
from hostile.world import NURSING, SURGERY, World
from identity.roles.catalogue import scopes_of
from vocabulary.roles import ROLES
from vocabulary.scopes import RESERVED

FOR_ALL = {
    "consent GET /v1/notices/{notice_id}",
    "consent POST /v1/notices/{notice_id}/deliveries",
    "families POST /v1/families/{family_id}/evidence-bundles",
}
"""A privacy notice is published to everybody; a bundle is frozen by claims alone, whose scope nobody else can have."""


STRANGERS = ("an officer and professional", "a client")


def sign_for(platform: Platform, who: str) -> str:
    """A token of another agency: of somebody in every role that its service may hold, or of a client with all scopes.

    Not with identity's scopes: who has those looks after the people and clients of all agencies, and to those nobody
    there is a stranger.
    """
    nursing: dict[str, Any] = {"agency": SURGERY, "service": NURSING, "areas": [], "client_id": "nursing"}
    roles = sorted(code for code, role in ROLES.items() if "health" in role.sectors)
    scopes = scopes_of(roles)
    if who == "a client":
        roles, scopes = (
            [],
            [scope for scope in platform.scopes if scope not in RESERVED and not scope.startswith("identity:")],
        )
    subject = "nursing" if who == "a client" else "nell"
    return platform.signed(platform.claims(subject, roles=roles, scope=" ".join(scopes), **nursing))


def ask(platform: Platform, who: str, door: Door, body: bytes, ids: dict[str, str]) -> httpx.Response:
    headers = door.headers(sign_for(platform, who)) | {"Idempotency-Key": secrets.token_hex(8)}
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
    wrong, came_in = [], set[str]()
    for door in doors(platform, program):
        names = [one["name"] for one in door.parameters("path")]
        if door.name in FOR_ALL or not set(names) & set(world.ids) or door.is_file:
            continue
        body = json.dumps(door.body()).encode() if door.is_json else b""
        known = [name for name in names if name in world.ids]  # what else a path names is the same in both
        for who in STRANGERS:
            theirs = ask(platform, who, door, body, {name: world.ids[name] for name in known})
            nobodys = ask(platform, who, door, body, {name: str(uuid4()) for name in known})
            wrong += judge(theirs, door, "another's id")
            if told(theirs) != told(nobodys):
                wrong.append(f"{door.name}: {theirs.status_code} {theirs.text} is not {nobodys.text}, to {who}")
            if theirs.status_code != 403:
                came_in.add(door.name)
        # What identity and claims guard, only the programme's own people may do at all.
        if program in ("families", "consent") and door.locked and door.name not in came_in:
            wrong.append(f"{door.name}: nobody came past its scope, so that nothing was asked")
    assert none(wrong)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_world_has_one_of_whatever_a_path_names_by_an_id(platform: Platform, world: World, program: str) -> None:
    """What it had none of, the test before would pass over."""
    lacking = []
    for door in doors(platform, program):
        for one in door.parameters("path"):
            if door.samples.resolve(one["schema"]).get("format") == "uuid" and one["name"] not in world.ids:
                lacking.append(f"{door.name}: {one['name']}")
    assert lacking == [], chr(10).join(lacking)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_lookup_of_strangers_ids_finds_nobody(platform: Platform, world: World, program: str) -> None:
    wrong = []
    for door in doors(platform, program):
        if not door.path.endswith("/lookup"):
            continue
        ids, statuses = [world.ids["family_id"], world.ids["person_id"]], set[int]()
        for who in STRANGERS:
            for asked in (ids, [str(uuid4()), str(uuid4())]):
                answer = ask(platform, who, door, json.dumps({"ids": asked}).encode(), {})
                wrong += judge(answer, door, "others' ids looked up", {200, 403})
                statuses.add(answer.status_code)
                if answer.json().get("items"):
                    wrong.append(f"{door.name} finds {answer.text}, for {who}")
        if 200 not in statuses:
            wrong.append(f"{door.name}: nobody came past its scope, so that nothing was asked")
    assert none(wrong)
