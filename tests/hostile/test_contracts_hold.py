"""schemathesis: whatever a contract allows is taken, whatever it does not is refused, and all answers are as it says.

Every check and every phase is on. The gateway's schema is read from its file: it does not describe itself.
"""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fixtures.platform import Platform
from fixtures.soak import SEED, SOAK, times
from gateway.contract import PATH
from hostile.judge import TRIED
from hostile.world import FIXED, World
from vocabulary.programs import SERVICES

LIMITS = (
    "max_cost", "max_depth", "max_aliases", "max_directives", "max_definitions", "max_tokens", "max_document",
    "max_repeats", "max_values", "words_a_second", "words_at_once", "body_limit",
)  # fmt: skip
_NO_ACCOUNT = "the token of these tests is of somebody who has no account"
NEVER_THERE: dict[str, str] = {
    "PUT /v1/me/password": _NO_ACCOUNT,
    "DELETE /v1/me/sessions/{session_id}": _NO_ACCOUNT,
    "GET /v1/assurance-visits/{visit_id}/claims": "whoever visits is of the department, and sends none of these",
}
"""What only ever answers 404, and why. Of everything else the world has one, and some good request must find it."""
NEVER_SHOWN = {"Query.visitedClaims": NEVER_THERE["GET /v1/assurance-visits/{visit_id}/claims"]}
"""The same of GraphQL, whose answers are errors then, so that it is not asked here."""
REFUSED = '["400", "401", "403", "404", "406", "413", "415", "422", "428", "5xx"]'
EXAMPLES, DOCUMENTS = times(2, 25), times(8, 200)


def on_one_footing(*programs: str) -> list[tuple[str, str]]:
    """Each program with the footing that it is tried on: by turns on one, as the seed has it; in a soak on both.

    A contract is kept before anything is asked of the store, or not at all.
    """
    both = ("embedded", "production")
    pairs = [(program, footing) for program in programs for footing in both]
    return pairs if SOAK else [(program, both[(SEED + n) % 2]) for n, program in enumerate(programs)]


@pytest.mark.timeout(times(600, 7_200))
# Of the session: else pytest would take the footing for a test's own, and start all programs anew for each.
@pytest.mark.parametrize(("program", "footing"), on_one_footing(*SERVICES), indirect=["footing"], scope="session")
def test_a_service_keeps_its_contract(platform: Platform, world: World, program: str, tmp_path: Path) -> None:
    location = f"{platform[program].url}/openapi.json"
    hold(
        program,
        tmp_path,
        platform.signed(),
        location,
        hooks="hostile.generating",
        examples=EXAMPLES,
        IDS=json.dumps(world.ids | FIXED),
        **known_to(platform),
    )


@pytest.mark.timeout(times(600, 7_200))
@pytest.mark.parametrize("footing", [footing for _, footing in on_one_footing("gateway")], indirect=True)
def test_the_gateway_keeps_its_schema(platform: Platform, world: World, tmp_path: Path) -> None:
    # How much one document may ask for is no part of the schema; test_graphql.py is about that.
    roomy = platform.another("gateway", **dict.fromkeys(LIMITS, 10**6))
    address = ("--url", f"{roomy.url}/graphql")
    good = {"hooks": "hostile.generating_graphql", "examples": DOCUMENTS, "IDS": json.dumps(world.ids | FIXED)}
    hold("gateway", tmp_path, platform.signed(), str(PATH), *address, **good)


def hold(program: str, folder: Path, token: str, *where: str, **known: Any) -> None:
    """A run of schemathesis finds nothing. Errors: AssertionError with its findings."""
    ran = run(folder, token, *where, **known)
    counted = folder / "count"
    TRIED[f"schemathesis: {program}"] += int(counted.read_text()) if counted.exists() else 0
    assert ran.returncode == 0, ran.stdout[:4_000] + ran.stdout[-8_000:] + ran.stderr[-2_000:]


def known_to(platform: Platform) -> dict[str, str]:
    """What good data must name: a notice that is published, somebody who may sign in."""
    body = {"code": "contract", "version": secrets.token_hex(4), "language": "en", "text": "We share."}
    headers = {"Authorization": f"Bearer {platform.signed()}", "Idempotency-Key": secrets.token_hex(8)}
    notice = platform["consent"].client.post("/v1/notices", json=body, headers=headers).json()["id"]
    folder = platform["identity"].runtime.settings.secrets_folder
    caller = platform.signed(platform.claims(client_id="elsewhere", scope=""))
    return {"CALLER_TOKEN": caller, "NOTICE": notice, "ADMINISTRATOR": (folder / "admin.json").read_text()}


def run(
    folder: Path, token: str, *where: str, hooks: str, examples: int, **known: str
) -> subprocess.CompletedProcess[str]:
    """The same run each time."""
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(configured(folder)), "run", *where,
        "--checks", "all", "--mode", "all",
        "--max-examples", str(examples), "--seed", str(SEED), "--generation-deterministic", "--no-shrink",
        "--no-color", "--continue-on-failure", "--suppress-health-check", "all",
        "-H", f"Authorization: Bearer {token}",
    ]  # fmt: skip
    own = {"SCHEMATHESIS_HOOKS": hooks, "PYTHONPATH": str(Path(__file__).parents[1]), "COUNTED": str(folder / "count")}
    environment = os.environ | own | known | {"TOKEN": token}
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)


def configured(folder: Path) -> Path:
    """A run fails when no good request to an operation has found what it names."""
    missing = '["missing_test_data"]'
    lines = ["[warnings]", f"display = {missing}", f"fail-on = {missing}"]
    # Too long a list may be too long a body first.
    lines += ["[checks.negative_data_rejection]", f"expected-statuses = {REFUSED}"]
    for operation in NEVER_THERE:
        lines += ["[[operations]]", f'include-name = "{operation}"', "warnings = false"]
    for operation in NEVER_SHOWN:
        lines += ["[[operations]]", f'include-name = "{operation}"', "enabled = false"]
    path = folder / "schemathesis.toml"
    path.write_text("\n".join(lines))
    return path
