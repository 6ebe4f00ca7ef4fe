"""YAML out of plain data, with the comments that say why: PyYAML writes no comments, so the layout is ours.

A node that fits in a line is written in one, as people do; else its members stand below each other.
"""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Any

import yaml

WIDTH = 120
DEEPEST = 3
"""A node of more levels is not written in one line, even where it fits."""
MADE = "# Made by deploy/generate.py from the vocabulary's programs. To make it again: make manifests"


@dataclass(frozen=True)
class Noted:
    """A member, an item or a document with the reason for it, which is written above. Shape: `\\n` ends a paragraph."""

    why: str
    value: Any


class Mode(int):
    """A file's rights, written as people read them: 0440."""


def is_made(text: str) -> bool:
    """Whether a file was written by the generator."""
    return text.startswith(MADE)


def document(why: str, value: Mapping[str, Any]) -> str:
    """A file of one document. Shape: `why` is the comment at its head, below the line that says what made it."""
    return documents(why, [value])


def documents(why: str, values: Iterable[Mapping[str, Any] | Noted]) -> str:
    parts = ["\n".join([*_comment(note, 0), *_block(value, 0)]) for note, value in map(_split, values)]
    return f"{_head(why)}\n" + "\n---\n".join(parts) + "\n"


def lines(why: str, values: Iterable[str]) -> str:
    """A file of lines, where one that begins with # is a comment."""
    return "\n".join([_head(why), *values]) + "\n"


def _head(why: str) -> str:
    return "\n".join([MADE, *_comment(why, 0)])


def _comment(why: str, indent: int) -> list[str]:
    return [
        line
        for paragraph in why.splitlines()
        for line in textwrap.wrap(
            paragraph, WIDTH, initial_indent=" " * indent + "# ", subsequent_indent=" " * indent + "# "
        )
    ]


def _split(value: Any) -> tuple[str, Any]:
    return (value.why, value.value) if isinstance(value, Noted) else ("", value)


def _block(value: Any, indent: int) -> list[str]:
    """A mapping or a sequence, a member or an item a line or more."""
    found: list[str] = []
    if isinstance(value, Mapping):
        for key, noted in value.items():
            why, held = _split(noted)
            found += _comment(why, indent)
            found += _member(f"{_scalar(key)}:", held, indent)
        return found
    for noted in value:
        why, held = _split(noted)
        found += _comment(why, indent)
        found += _item(held, indent)
    return found


def _member(name: str, held: Any, indent: int) -> list[str]:
    flow = f"{' ' * indent}{name} {_flow(held)}"
    return [flow] if _is_short(held, flow) else [f"{' ' * indent}{name}", *_block(held, indent + 2)]


def _item(held: Any, indent: int) -> list[str]:
    flow = f"{' ' * indent}- {_flow(held)}"
    if _is_short(held, flow):
        return [flow]
    lines_of = _block(held, indent + 2)
    notes = [line[2:] for line in takewhile(lambda line: line.lstrip().startswith("#"), lines_of)]
    first, *rest = lines_of[len(notes) :]
    return [*notes, f"{' ' * indent}- {first.lstrip()}", *rest]


def _is_short(held: Any, flow: str) -> bool:
    if not isinstance(held, Mapping | Sequence) or isinstance(held, str) or not held:
        return True
    return len(flow) <= WIDTH and _depth(held) <= DEEPEST and not _has_notes(held)


def _members(held: Any) -> list[Any]:
    if isinstance(held, Mapping):
        return list(held.values())
    return [] if isinstance(held, str) or not isinstance(held, Sequence) else list(held)


def _depth(held: Any) -> int:
    return 1 + max(map(_depth, _members(held)), default=0) if isinstance(held, Mapping | list | tuple) else 0


def _has_notes(held: Any) -> bool:
    return isinstance(held, Noted) or any(map(_has_notes, _members(held)))


def _flow(held: Any) -> str:
    _, held = _split(held)
    if isinstance(held, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(value)}" for key, value in held.items()) + "}"
    if isinstance(held, Sequence) and not isinstance(held, str):
        return "[" + ", ".join(map(_flow, held)) + "]"
    return _scalar(held)


@lru_cache(maxsize=None, typed=True)
def _scalar(value: Any) -> str:
    if isinstance(value, Mode):
        return f"0{value:o}"
    text: str = yaml.safe_dump([value], default_flow_style=True, width=10**6, allow_unicode=True)
    return text.strip()[1:-1]
