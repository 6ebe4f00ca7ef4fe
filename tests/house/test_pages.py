"""Pages that stand for data name all of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from claims.frameworks.catalogue import documents
from claims.rules.registry import list_kinds

from .houses import ROOT
from .rules import Rule


@dataclass(frozen=True)
class Page:
    """Shape: `names` are what a page has to tell of."""

    where: str
    text: str
    names: tuple[str, ...]


def finds_untold(page: Page) -> Iterator[str]:
    """Each name is written as `code` or in **bold**."""
    for name in page.names:
        if f"`{name}`" not in page.text and f"**{name}**" not in page.text:
            yield f"{page.where} says nothing of {name}"


A_PAGE_TELLS_OF_ALL_ITS_DATA = Rule(
    says="A page that stands for data names all of it",
    finds=finds_untold,
    valid={"code and bold": Page("a.md", "needs `active_spell`; **work**", ("active_spell", "work"))},
    invalid={"one of two": (Page("a.md", "needs `active_spell`", ("active_spell", "work")), "says nothing of work")},
)


def test_the_page_on_frameworks_names_every_kind_of_rule() -> None:
    where = "docs/sources/frameworks.md"
    A_PAGE_TELLS_OF_ALL_ITS_DATA.check(Page(where, (ROOT / where).read_text(), tuple(list_kinds())))


def test_the_page_of_a_plan_names_every_criterion() -> None:
    plans = documents()[1]
    A_PAGE_TELLS_OF_ALL_ITS_DATA.check(
        *(
            Page(plan["source"], (ROOT / plan["source"]).read_text(), tuple(c["criterion"] for c in plan["criteria"]))
            for plan in plans
        )
    )
