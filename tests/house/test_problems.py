"""Every problem has a page that says how to mend it."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Sequence

import pytest

from chassis.problems import Problem

from .houses import PROGRAMS
from .rules import Rule


def finds_bare_problems(problems: Sequence[type[Problem]]) -> Iterator[str]:
    for problem in problems:
        if not problem.__doc__ or len(problem.__doc__.split()) < 6:
            yield f"{problem.__name__} has no page: its docstring says in a sentence what is wrong and how to mend it"
        if not problem.title or problem.title == Problem.title:
            yield f"{problem.__name__} has no title"
        if not 400 <= problem.status < 600:
            yield f"{problem.__name__} is no fault of anybody's: {problem.status}"


def finds_shared_addresses(problems: Sequence[type[Problem]]) -> Iterator[str]:
    slugs = [problem.slug() for problem in problems]
    yield from (f"{slug} is the address of two" for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1}))


def toy(name: str, title: str = "Toy is lent", status: int = 409, page: str = "") -> type[Problem]:
    held = {"title": title, "status": status, "__doc__": page or "The toy is lent already: wait until it is back."}
    return type(name, (Problem,), held)


PROBLEMS_HAVE_PAGES = Rule(
    says="Every problem has a page, a title and a status",
    finds=finds_bare_problems,
    valid={"one with all three": [toy("ToyLent")]},
    invalid={
        "no page": ([toy("ToyLent", page="Lent.")], "ToyLent has no page"),
        "the title of all": ([toy("ToyLent", title=Problem.title)], "ToyLent has no title"),
        "a status that is none": ([toy("ToyLent", status=200)], "no fault of anybody's: 200"),
    },
)
NO_SHARED_ADDRESS = Rule(
    says="No two problems share an address",
    finds=finds_shared_addresses,
    valid={"two": [toy("ToyLent"), toy("ToyLost")]},
    invalid={"two of one name": ([toy("ToyLent"), toy("ToyLent")], "is the address of two")},
)


def problems_of(name: str) -> list[type[Problem]]:
    package = importlib.import_module(name)
    found: dict[str, type[Problem]] = {}
    for module in pkgutil.walk_packages(package.__path__, f"{name}."):
        if "migrations" in module.name or module.name.endswith("__main__"):
            continue
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(kind, Problem) and kind is not Problem:
                found[f"{kind.__module__}.{kind.__name__}"] = kind
    return list(found.values())


@pytest.mark.parametrize("name", ["chassis", *PROGRAMS])
def test_every_problem_has_a_page_a_title_and_a_status(name: str) -> None:
    PROBLEMS_HAVE_PAGES.check(problems_of(name))


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_two_problems_share_an_address(name: str) -> None:
    NO_SHARED_ADDRESS.check(problems_of(name))
