"""The weights of agreement and the thresholds: versioned data, read once."""

import json
from dataclasses import dataclass
from importlib.resources import files

PRESENT = "weights-1.json"


@dataclass(frozen=True)
class Weights:
    """Units: log2 of how much likelier an outcome is for one person than for two."""

    version: str
    link: float
    review: float
    fields: dict[str, dict[str, float]]
    agreeing: dict[str, frozenset[str]]


def read_weights(name: str = PRESENT) -> Weights:
    data = json.loads(files("families.matching").joinpath("data", name).read_text("utf-8"))
    return Weights(
        version=data["version"],
        link=data["thresholds"]["link"],
        review=data["thresholds"]["review"],
        fields=data["fields"],
        agreeing={field: frozenset(outcomes) for field, outcomes in data["agreeing"].items()},
    )


WEIGHTS = read_weights()
