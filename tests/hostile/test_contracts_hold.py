"""schemathesis: whatever a contract allows is taken, whatever it does not is refused, and all answers are as it says.

Every check is on and every phase but the one that needs links between operations, of which there are none.
"""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from hostile.judge import TRIED
from hostile.platform import Platform

SERVICES = ("identity", "consent", "families", "claims")
EXAMPLES, SEED = 6, 2016


@pytest.mark.timeout(600)
@pytest.mark.parametrize("program", SERVICES)
def test_a_program_keeps_its_contract(platform: Platform, program: str, tmp_path: Path) -> None:
    url = platform[program].url
    ran = run(f"{url}/openapi.json", platform.signed(), tmp_path, **known_to(platform))
    counted = (tmp_path / "count").read_text() if (tmp_path / "count").exists() else "0"
    TRIED[f"schemathesis: {program}"] += int(counted)
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr[-2_000:]


def known_to(platform: Platform) -> dict[str, str]:
    """What good data must name: a notice that is published, somebody who may sign in."""
    body = {"code": "contract", "version": secrets.token_hex(4), "language": "en", "text": "We share."}
    headers = {"Authorization": f"Bearer {platform.signed()}", "Idempotency-Key": secrets.token_hex(8)}
    notice = platform["consent"].client.post("/v1/notices", json=body, headers=headers).json()["id"]
    folder = platform["identity"].runtime.settings.secrets_folder
    return {"NOTICE": notice, "ADMINISTRATOR": (folder / "admin.json").read_text()}


def run(location: str, token: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """One run of schemathesis, the same each time."""
    tests = Path(__file__).parents[1]
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", location, "--checks", "all", "--mode", "all",
        "--max-examples", str(EXAMPLES), "--seed", str(SEED), "--generation-deterministic",
        "--no-shrink", "--no-color", "--continue-on-failure",
        "--suppress-health-check", "all", "--warnings", "off", "-H", f"Authorization: Bearer {token}",
    ]  # fmt: skip
    known = more | {"TOKEN": token, "COUNTED": str(folder / "count")}
    known |= {"SCHEMATHESIS_HOOKS": "hostile.generating", "PYTHONPATH": str(tests)}
    return subprocess.run(command, env=os.environ | known, cwd=folder, capture_output=True, text=True)
