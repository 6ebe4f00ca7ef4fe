"""Categories of data, and which role sees each for which purpose."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from vocabulary.conditions import SPECIALS, Article
from vocabulary.purposes import PURPOSES
from vocabulary.roles import ROLES
from vocabulary.source import SHARED, Entry, NotAsDeclared, check_entries, expect_known, read_table


class Category(Entry):
    """A kind of data that can be shared.

    Shape: `seen_by` maps a role to the purposes for which it sees it. `special` is the kind of special data that it is
    or may tell of; an agreement over it then names a condition.
    """

    source: ClassVar[str] = "categories"

    name: str
    sentence: str
    special: str | None = None
    seen_by: Mapping[str, tuple[str, ...]] = MappingProxyType({})

    @property
    def article(self) -> Article | None:
        """The article of the UK GDPR that asks for a condition; None where the data is not special."""
        return SPECIALS[self.special].article if self.special else None


_TABLE = read_table(Category.source)

CATEGORIES_VERSION: str = _TABLE[SHARED]["version"]

CATEGORIES = check_entries(Category, _TABLE)
"""By code."""

for _category in CATEGORIES.values():
    expect_known(_category, "special", [_category.special] if _category.special else [], SPECIALS)
    expect_known(_category, "seen_by", _category.seen_by, ROLES)
    for _role, _purposes in _category.seen_by.items():
        expect_known(_category, f"seen_by.{_role}", _purposes, PURPOSES)
        if _beyond := sorted(set(_purposes) - set(ROLES[_role].purposes)):
            raise NotAsDeclared(
                f"categories.toml, {_category.code}: {_role} never acts for the purpose {', '.join(_beyond)}"
            )


def categories_seen(role: str) -> dict[str, frozenset[str]]:
    """What a role sees: the categories by purpose. A role that sees no content of cases has none."""
    found: dict[str, set[str]] = {}
    for category in CATEGORIES.values():
        for purpose in category.seen_by.get(role, ()):
            found.setdefault(purpose, set()).add(category.code)
    return {purpose: frozenset(categories) for purpose, categories in found.items()}
