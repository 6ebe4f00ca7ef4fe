"""The committed contracts are what the programs answer to. `make contracts` writes them anew."""

import json
from pathlib import Path

import pytest

from chassis.cli import load
from chassis.contracts import contracts
from vocabulary.programs import SERVICES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", SERVICES)
def test_the_committed_contract_has_not_drifted(name: str) -> None:
    wanted = contracts(load(name))
    folder = ROOT / "services" / name / "contract"
    present = {str(path.relative_to(folder)): json.loads(path.read_text()) for path in folder.rglob("*.json")}
    assert set(present) == set(wanted), "Run `make contracts`"
    for path, document in wanted.items():
        assert present[path] == json.loads(json.dumps(document)), f"{path} has drifted: run `make contracts`"


@pytest.mark.parametrize("name", SERVICES)
def test_every_component_has_a_name_of_its_own(name: str) -> None:
    """Two schemas of one name are told apart by the module that they stand in, which is nobody's business outside."""
    document = json.loads((ROOT / "services" / name / "contract" / "openapi.json").read_text())
    assert [component for component in document["components"]["schemas"] if "__" in component] == []
