"""The shape of a kind's examples: a small story, and what the kind answers. `test_rule_examples.py` runs each of them.

The people of an example belong to the family all the time, in their `roles`. The plan around the rule is the first
outcomes plan in its second version: its school terms are 1 August to 31 December, 1 January to Easter Sunday, and
Easter Monday to 31 July.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from claims.rules.facts import Values

Spans = tuple[tuple[str, str], ...]
ALWAYS: Spans = (("2015-01-01", "2020-12-31"),)


class Line(NamedTuple):
    """What one line of a partner's file states. Shape: dates as `YYYY-MM-DD`, both inclusive; `to` None: it runs on."""

    begins: str
    to: str | None
    values: Values
    of: str = "kim"


@dataclass(frozen=True, kw_only=True)
class NeedExample:
    """Whether Kim shows a need on the day `on`.

    Shape: `rule` as in a plan's data; `covered` the days of the criterion's feed; `turning_days`, where stated, all
    days in (`attached_on`, `until`] on which the need can begin to show.
    """

    says: str
    rule: Mapping[str, Any]
    lines: tuple[Line, ...]
    on: str
    verdict: str
    reason: str
    role: str = "child"
    covered: Spans = ALWAYS
    attached_on: str = "2017-09-30"
    until: str = "2018-12-31"
    turning_days: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class ProgressExample:
    """How a need stands on the day `on` that Kim raised (or all who `raised` it), at attachment or `raised_on` a day.

    Shape: as NeedExample; `roles` of everybody in the family; `need` the need's rule, with its kind. Of what lies in
    (`attached_on`, `until`], `contrary` are the days before which something speaks against progress, and
    `turning_days` those on which progress can come to be met. `earns` is the day on which Kim's progress earns a result
    by itself.
    """

    says: str
    rule: Mapping[str, Any]
    need: Mapping[str, Any]
    lines: tuple[Line, ...]
    on: str
    verdict: str
    reason: str
    roles: Mapping[str, str]
    raised: tuple[str, ...] = ("kim",)
    raised_on: str | None = None
    covered: Spans = ALWAYS
    attached_on: str = "2017-09-30"
    until: str = "2018-12-31"
    contrary: tuple[str, ...] | None = None
    turning_days: tuple[str, ...] | None = None
    earns: str | None = None
