"""One word, one meaning: no name holds a word that `docs/words.md` retires, and no two classes share a name."""

import ast
from collections.abc import Iterator

import pytest

from .houses import PROGRAMS, ROOT, modules
from .rules import Rule
from .rules.calls import written
from .rules.homonyms import Classes, finds_homonyms
from .rules.words import (
    RETIRED,
    Name,
    Named,
    Words,
    cells,
    finds_retired,
    names_of_data,
    names_of_file,
    names_of_graphql,
    names_of_module,
    names_of_text,
    retired,
)
from .test_references import texts

PAGE = ROOT / "docs" / "words.md"
READ = {".py", ".json", ".toml", ".graphql", ".yaml", ".yml"}
SHARED: dict[str, set[str]] = {}
"""Classes of a program that still share a name."""
WORDS = retired(
    """
| say | for example | not |
|---|---|---|
| lend | a doll | `rent`, `Loan`, `rents/`, `give()` |
| box | a crate | `crate` |
"""
)


def code(text: str) -> list[Name]:
    return list(names_of_module("services/toys/service.py", ast.parse(text)))


def named(names: list[Name], *kept: str) -> Named:
    return Named(names, WORDS, frozenset((name, "services/toys/service.py") for name in kept))


NO_RETIRED_WORD = Rule(
    says="No name holds a word that docs/words.md retires",
    finds=finds_retired,
    valid={
        "another word that holds the letters": named(code("parent = current = 1")),
        "prose": named(code('"""Rent a crate."""\nprint("rent a crate, or give it")')),
        "a sentence that is a test": named(code("def test_nobody_pays_rent():\n    pass")),
        "a class that says of what": named(code("class ToyLoan:\n    pass")),
        "a function that says what": named(code("def give_toy():\n    pass")),
        "a method": named(code("class Toy:\n    def give(self): ...")),
        "somebody else's": named(code("import law\nlaw.rent.crate()")),
        "one that is kept, for a reason": named(code("rent = 1"), "rent"),
    },
    invalid={
        "a variable": (named(code("rent = 1")), "rent says rent"),
        "a part of a name": (named(code("def pay_rents(): ...")), "pay_rents says rent"),
        "with capitals": (named(code("class RentPaid: ...")), "RentPaid says rent"),
        "a parameter": (named(code("def pay(rent): ...")), "rent says rent"),
        "an attribute": (named(code("toy.rent = 1")), "rent says rent"),
        "a keyword": (named(code("pay(rent=1)")), "rent says rent"),
        "a member of JSON": (named(code('{"rent": 1}')), "rent says rent"),
        "a scope": (named(code('require("rents:write")')), "rents:write says rent"),
        "a class of that name": (named(code("class Loan: ...")), "Loan says Loan"),
        "a function of that name": (named(code("def give(): ...")), "give says give()"),
        "a module": (named(list(names_of_file("services/toys/rents.py"))), "rents says rents/"),
        "a folder": (named(list(names_of_file("services/rents/app.py"))), "rents says rents/"),
        "a page": (named(list(names_of_file("toys/paying-rent.md"))), "paying-rent says rent"),
        "a path": (named(list(names_of_data("openapi.json", {"/v1/rents/{id}": {}}))), "/v1/rents/{id} says rent"),
        "a type of event": (
            named(list(names_of_data("x.json", {"type": "org.toys.rent.paid.v1"}))),
            "org.toys.rent.paid.v1 says rent",
        ),
        "a field of GraphQL": (named(list(names_of_graphql("x.graphql", "type Toy { rent: Int }"))), "rent says rent"),
        "one that is kept and gone": (named([], "rent"), "rent is kept in docs/words.md and stands no longer"),
    },
)
NO_HOMONYMS = Rule(
    says="No two classes of one program share a name",
    finds=finds_homonyms,
    valid={
        "two names": Classes(written({"toys.a": "class Toy: ...", "toys.b": "class Box: ..."})),
        "a name that is known to be shared": Classes(
            written({"toys.a": "class Toy: ...", "toys.b": "class Toy: ..."}), frozenset({"Toy"})
        ),
    },
    invalid={
        "one name": (
            Classes(written({"toys.a": "class Toy: ...", "toys.b": "class Toy: ..."})),
            "Toy is a class of toys.a and of toys.b",
        ),
        "one that is shared no longer": (Classes(written({"toys.a": ""}), frozenset({"Toy"})), "take it off the list"),
    },
)


def names() -> Iterator[Name]:
    """Every name of the repository; migrations are history."""
    for file in texts():
        path = str(file.relative_to(ROOT))
        if "migrations/versions" in path:
            continue
        yield from names_of_file(path)
        if file.suffix in READ:
            yield from names_of_text(path, file.read_text())


def kept(page: str) -> frozenset[tuple[str, str]]:
    """What the page's last table keeps. Shape: each name with each file in which it may stand."""
    rows = [row for row in cells(page.partition("## Names that are kept")[2]) if row[0].startswith("`")]
    return frozenset(
        (name, file) for row in rows for name in RETIRED.findall(row[0]) for file in RETIRED.findall(row[1]) if row[2]
    )


def test_no_name_holds_a_word_that_is_retired() -> None:
    page = PAGE.read_text()
    words: Words = retired(page)
    assert len(words.parts) > 10 and words.classes and words.functions and words.modules, "the page's tables have moved"
    NO_RETIRED_WORD.check(Named(names(), words, kept(page)))


@pytest.mark.parametrize(
    "name", ["chassis", "directory", "transparency", "vocabulary", *PROGRAMS, "sandbox", "journey"]
)
def test_no_two_classes_of_a_program_share_a_name(name: str) -> None:
    NO_HOMONYMS.check(Classes(modules(name), frozenset(SHARED.get(name, ()))))
