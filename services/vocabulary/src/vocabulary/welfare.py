"""The duty to share: what councils set for it, and the functions that sharing may help."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from vocabulary.source import SHARED, Entry, check_entries, read_table


class Function(Entry):
    """What whoever asks does for the child, which sharing may help. Shape: `law` is where that is laid down."""

    source: ClassVar[str] = "welfare"

    name: str
    law: str


class WelfareSettings(BaseModel):
    """What a council sets. Units: as each member says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer_working_days: int
    urgent_working_days: int
    shown_days: int
    adults: int
    relations: tuple[str, ...]
    rule_stands_days: int
    rule_answers: int
    rule_in_days: int
    review_one_in: int
    review_working_days: int


_TABLE = read_table(Function.source)

WELFARE = WelfareSettings.model_validate(_TABLE[SHARED])
FUNCTIONS = check_entries(Function, _TABLE)
"""By code."""
