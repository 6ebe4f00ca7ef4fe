"""Classes of one program that share a name: a reader who finds one has not found the other."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from .calls import Sources


@dataclass(frozen=True)
class Classes:
    """A program's sources. Shape: `left` are the names that are still shared; the list is exact, and only shrinks."""

    sources: Sources
    left: frozenset[str] = frozenset()


def finds_homonyms(classes: Classes) -> Iterator[str]:
    homes: dict[str, list[str]] = defaultdict(list)
    for module, tree in classes.sources.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(module)
    shared = {name: modules for name, modules in homes.items() if len(modules) > 1}
    for name in sorted(shared.keys() - classes.left):
        yield f"{name} is a class of {' and of '.join(sorted(shared[name]))}: say of what"
    yield from (
        f"{name} is the name of one class only: take it off the list" for name in sorted(classes.left - shared.keys())
    )
