"""Loaded by schemathesis for the gateway: what a GraphQL schema cannot say of arguments that are good.

Which ids there are, how long a page may be, what a purpose is. Documents are otherwise sent as they were made.
"""

import atexit
import json
import os
import secrets
from datetime import date
from pathlib import Path
from typing import Any

import schemathesis
from graphql import (
    ArgumentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    StringValueNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from hypothesis import strategies as st
from hypothesis_graphql import nodes

IDS: dict[str, str] = json.loads(os.environ["IDS"])
PAST = st.dates(date(1900, 1, 1), date(2026, 11, 1)).map(date.isoformat)
LEFT_OUT = {"after", "purpose", "measure", "agreements.service", "family.asAt", "person.asAt", "families.asAt"}
"""Arguments that may be absent, and hold one of a few words otherwise, which the services know.

As at a day of the past some parts are refused, and before a family began there is none.
"""
NAMED = {
    "agency": "agency",
    "restriction": "restriction_id",
    "visit": "visit_id",
    "welfareRequest": "welfare_request_id",
}
"""Arguments by which a query names what there is, and what that is called in the world."""
LONGEST_LIST = 5
"""A document holds so many values at most; what a longer list holds goes into variables."""
sent = 0

schemathesis.graphql.scalar("Date", PAST.map(nodes.String))
schemathesis.graphql.scalar("WholeNumber", st.integers(0, 2**31 - 1).map(nodes.Int))


class Fitting(Visitor):
    """Puts what there is in the place of what was made up. `root` is the field that is asked."""

    def __init__(self, root: str) -> None:
        super().__init__()
        self._root = root

    def enter_argument(self, node: ArgumentNode, *_: Any) -> ArgumentNode | None:
        name, value = node.name.value, node.value
        if name == "first" and isinstance(value, IntValueNode):
            return _with(node, IntValueNode(value=str(1 + abs(int(value.value)) % 3)))
        if LEFT_OUT & {name, f"{self._root}.{name}"}:
            return _with(node, NullValueNode())
        if name == "idempotencyKey":
            return _with(node, StringValueNode(value=secrets.token_hex(8)))
        if name == "name" and self._root == "report":
            return _with(node, StringValueNode(value="attachments"))
        if name == "id":
            return _with(node, StringValueNode(value=IDS[f"{self._root}_id"]))
        if name in NAMED:
            return _with(node, StringValueNode(value=IDS[NAMED[name]]))
        if name in ("uprn", "batch", "accessReport"):
            return _with(node, StringValueNode(value=IDS[name if name in IDS else f"{name}_id"]))
        return None

    def enter_list_value(self, node: ListValueNode, *_: Any) -> ListValueNode:
        return ListValueNode(values=node.values[:LONGEST_LIST])


def _with(node: ArgumentNode, value: Any) -> ArgumentNode:
    return ArgumentNode(name=node.name, value=value)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    global sent
    sent += 1
    if case.meta is not None and not case.meta.generation.mode.is_positive:
        return
    root = case.operation.definition.field_name
    document = case.body["query"] if isinstance(case.body, dict) else case.body
    fitted = print_ast(visit(parse(document), Fitting(root)))
    case.body = case.body | {"query": fitted} if isinstance(case.body, dict) else fitted


@atexit.register
def tell() -> None:
    Path(os.environ["COUNTED"]).write_text(str(sent))
