"""The words of the house (`docs/words.md`), and every name in which a retired one stands.

Names are what somebody chose: what Python code defines, files and folders, JSON members, paths, scopes, types of
events, GraphQL's types and fields, the keys of data files. Prose is not looked at, nor a test's name, which is a
sentence, nor a migration, which is history.

    SealWrite, is_sealed, seals:write, org.thinkfamily.consent.seal.set.v1    all hold the word `seal`
"""

import ast
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
TABLE = re.compile(r"^\|(.+)\|$", re.MULTILINE)
RETIRED = re.compile(r"`([^`]+)`")
CODE = re.compile(r"[A-Za-z]\w*(?:[-_:./]\w+)+")
"""A text in code that is a name: several words joined, such as a scope, a path or a type of event."""

PHRASES = ("funded place",)
"""Words of ours that hold a retired one."""


@dataclass(frozen=True)
class Name:
    """A name and where it stands. Shape: `kind` is function, class, module, test (a sentence) or other."""

    where: str
    name: str
    kind: str = "other"


@dataclass(frozen=True)
class Words:
    """What is retired. Shape: `parts` are words in any name; the others are whole names of their kind."""

    parts: frozenset[str]
    classes: frozenset[str]
    functions: frozenset[str]
    modules: frozenset[str]


def parts(name: str) -> list[str]:
    """The words of a name in any of its spellings: `SealWrite`, `seal_write` and `seals:write` begin with `seal`.

    Shape: `funded places` is one word, `funded place`.
    """
    words = [_singular(part.lower()) for part in PART.findall(name)]
    text = " ".join(words)
    for phrase in PHRASES:
        text = text.replace(phrase, phrase.replace(" ", "~"))
    return [word.replace("~", " ") for word in text.split()]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def cells(page: str) -> Iterator[list[str]]:
    """The rows of every table of a page."""
    for row in TABLE.findall(page):
        yield [cell.strip() for cell in row.split("|")]


def retired(page: str) -> Words:
    """What the page retires: the backticked words of each table's column that is headed `not`."""
    words: list[str] = []
    column = None
    for row in cells(page):
        if "not" in row:
            column = row.index("not")
        elif column is not None and column < len(row):
            words += RETIRED.findall(row[column])
    return Words(
        parts=frozenset(word for word in words if re.fullmatch(r"[a-z]+", word)),
        classes=frozenset(word for word in words if re.fullmatch(r"[A-Z]\w*", word)),
        functions=frozenset(word.removesuffix("()") for word in words if word.endswith("()")),
        modules=frozenset(word.removesuffix("/") for word in words if word.endswith("/")),
    )


# --- names


def names_of_module(where: str, tree: ast.Module) -> Iterator[Name]:
    """What a module defines, and texts in it that are names."""
    for top in tree.body:
        if isinstance(top, ast.FunctionDef | ast.AsyncFunctionDef) and where.startswith(("services/", "gateway/")):
            yield Name(where, top.name, "function" if not top.name.startswith("test_") else "test")
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                if not name.startswith("test_"):
                    yield Name(where, name)
            case ast.ClassDef(name=name):
                yield Name(where, name, "class")
            case ast.arg(arg=name):
                yield Name(where, name)
            case ast.Name(id=name, ctx=ast.Store()):
                yield Name(where, name)
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield Name(where, name)
            case ast.keyword(arg=str(name)):
                yield Name(where, name)
            case ast.alias(asname=str(name)):
                yield Name(where, name)
            case ast.Constant(value=str(text)) if CODE.fullmatch(text):
                yield Name(where, text)
            case ast.Dict(keys=keys):
                for key in keys:
                    if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.isidentifier():
                        yield Name(where, key.value)


def names_of_file(path: str) -> Iterator[Name]:
    """Shape: a path inside the repository; its folders and its file."""
    *folders, file = path.split("/")
    stem = file.partition(".")[0]
    yield Name(path, stem, "module" if file.endswith(".py") else "other")
    for folder in folders:
        yield Name(path, folder, "module")


def names_of_data(where: str, data: Any) -> Iterator[Name]:
    """Every key of a JSON or TOML document, and every value that is a name of several words."""
    if isinstance(data, dict):
        for key, value in data.items():
            if " " not in str(key):
                yield Name(where, str(key))
            yield from names_of_data(where, value)
    elif isinstance(data, list):
        for value in data:
            yield from names_of_data(where, value)
    elif isinstance(data, str) and CODE.fullmatch(data):
        yield Name(where, data)


def names_of_graphql(where: str, schema: str) -> Iterator[Name]:
    """Every type, field and argument of a GraphQL schema; descriptions are prose."""
    bare = re.sub(r'"""(?:.|\n)*?"""|"[^"\n]*"|#.*', "", schema)
    for name in sorted(set(re.findall(r"[A-Za-z_]\w*", bare))):
        yield Name(where, name)


def names_of_text(where: str, text: str) -> Iterator[Name]:
    """The names in a file by its kind; none of a file of prose."""
    if where.endswith(".py"):
        yield from names_of_module(where, ast.parse(text))
    elif where.endswith(".json"):
        yield from names_of_data(where, json.loads(text))
    elif where.endswith((".yaml", ".yml")):
        for document in yaml.safe_load_all(text):
            yield from names_of_data(where, document)
    elif where.endswith(".toml"):
        yield from names_of_data(where, tomllib.loads(text))
    elif where.endswith(".graphql"):
        yield from names_of_graphql(where, text)


# --- rules


@dataclass(frozen=True)
class Named:
    """Names to look at.

    Shape: `kept` are names that hold a retired word for a reason, each with the file that may hold it.
    """

    names: Iterable[Name]
    words: Words
    kept: frozenset[tuple[str, str]] = frozenset()


def finds_retired(named: Named) -> Iterator[str]:
    """Names that hold a retired word, each once a file, and names on a list that stand nowhere any more."""
    found: set[tuple[str, str, str]] = set()
    met: set[tuple[str, str]] = set()
    for name in named.names:
        words: set[str] = set()
        if name.kind != "test":
            words |= named.words.parts.intersection(parts(name.name))
        if name.kind == "class" and name.name in named.words.classes:
            words.add(name.name)
        if name.kind == "module" and name.name in named.words.modules:
            words.add(f"{name.name}/")
        if name.kind == "function" and name.name in named.words.functions:
            words.add(f"{name.name}()")
        if words:
            met.add((name.name, name.where))
        if (name.name, name.where) not in named.kept:
            found |= {(name.where, name.name, word) for word in words}
    yield from (f"{where}: {name} says {word}: see docs/words.md" for where, name, word in sorted(found))
    for word, where in sorted(named.kept - met):
        yield f"{word} is kept in docs/words.md and stands no longer in {where}"
