"""Every problem has a page that says how to mend it."""

import importlib
import inspect
import pkgutil

import pytest

from chassis.problems import Problem

from .houses import PROGRAMS


def problems_of(name: str) -> list[type[Problem]]:
    package = importlib.import_module(name)
    found: dict[str, type[Problem]] = {}
    for module in pkgutil.walk_packages(package.__path__, f"{name}."):
        if "migrations" in module.name or module.name.endswith("__main__"):
            continue
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(kind, Problem) and kind is not Problem:
                found[kind.__name__] = kind
    return list(found.values())


@pytest.mark.parametrize("name", ["chassis", *PROGRAMS])
def test_every_problem_has_a_page_a_title_and_a_status(name: str) -> None:
    for problem in problems_of(name):
        assert problem.__doc__ and len(problem.__doc__.split()) >= 6, problem.__name__
        assert problem.title and problem.title != Problem.title, problem.__name__
        assert 400 <= problem.status < 600


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_two_problems_share_an_address(name: str) -> None:
    slugs = [problem.slug() for problem in problems_of(name)]
    assert len(slugs) == len(set(slugs))
