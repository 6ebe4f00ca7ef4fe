"""The committed contracts are what the programs answer to. `make contracts` writes them anew."""

import json
from pathlib import Path

import pytest

from chassis.cli import load
from chassis.contracts import contracts

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["identity", "families", "consent", "claims"])
def test_the_committed_contract_has_not_drifted(name: str) -> None:
    wanted = contracts(load(name))
    folder = ROOT / "services" / name / "contract"
    present = {str(path.relative_to(folder)): json.loads(path.read_text()) for path in folder.rglob("*.json")}
    assert set(present) == set(wanted), "Run `make contracts`"
    for path, document in wanted.items():
        assert present[path] == json.loads(json.dumps(document)), f"{path} has drifted: run `make contracts`"


@pytest.mark.parametrize("name", ["identity", "families", "consent", "claims"])
def test_no_two_components_of_a_contract_share_a_name(name: str) -> None:
    """Two classes of one name would both be renamed after their modules, and what partners generated would break."""
    document = json.loads((ROOT / "services" / name / "contract" / "openapi.json").read_text())
    assert [component for component in document["components"]["schemas"] if "__schemas__" in component] == []
