"""No call to another program inside a transaction; see `rules/transactions.py` for what counts as one."""

import ast

import pytest

from .houses import SERVICES, modules
from .rules import Rule
from .rules.calls import Code, Sources, written
from .rules.transactions import finds_calls_in_transactions, leaves

CHASSIS = modules("chassis")
ASKING = {
    "toys.asking": """
        from chassis.runtime import Runtime

        def decide(runtime: Runtime, toy: str) -> bool:
            return bool(runtime.client("consent").post("/v1/decisions", {"toy": toy}))

        class Asker:
            def __init__(self, runtime: Runtime) -> None:
                self.runtime = runtime

            def may(self, toy: str) -> bool:
                return decide(self.runtime, toy)
    """,
    "toys.lists": """
        def decide(toys: list[str]) -> bool:
            return not toys
    """,
}


def toys(source: str) -> tuple[str, Sources]:
    """A program with a module that asks another program, and with this one."""
    return "toys", CHASSIS | written(ASKING | {"toys.service": source})


NO_CALL_IN_A_TRANSACTION = Rule(
    says="No other program is called inside a transaction",
    finds=finds_calls_in_transactions,
    valid={
        "asked before the session is opened": toys("""
            from chassis.runtime import TheRuntime
            from toys import asking

            def lend(runtime: TheRuntime, toy: str) -> None:
                if asking.decide(runtime, toy):
                    with runtime.write() as session:
                        session.add(toy)
        """),
        "a function of the same name that asks nobody": toys("""
            from chassis.runtime import TheRuntime
            from toys.lists import decide

            def lend(runtime: TheRuntime, toy: str) -> None:
                with runtime.write() as session:
                    if decide([toy]):
                        session.add(toy)
        """),
        "a column that is called like a way out": toys("""
            from sqlalchemy.orm import Session

            def count(session: Session, rows: list) -> int:
                return len({row.client for row in rows})
        """),
        "a closure that reaches no other program": toys("""
            from chassis.runtime import TheRuntime
            from toys.asking import decide

            def lend(runtime: TheRuntime, toy: str, once) -> None:
                allowed = decide(runtime, toy)

                def make() -> None:
                    session.add(toy)

                with runtime.write() as session:
                    once(session, make)
        """),
        "a closure that is called like a function that asks": toys("""
            from chassis.runtime import TheRuntime
            from toys.asking import decide

            def lend(runtime: TheRuntime, toy: str) -> None:
                def decide() -> bool:
                    return bool(toy)

                with runtime.write() as session:
                    decide()
        """),
        "a closure that is used only outside": toys("""
            from chassis.runtime import TheRuntime
            from toys import asking

            def lend(runtime: TheRuntime, toy: str) -> None:
                def may() -> bool:
                    return asking.decide(runtime, toy)

                if may():
                    with runtime.write() as session:
                        session.add(toy)
        """),
    },
    invalid={
        "through the module": (
            toys("""
                from chassis.runtime import TheRuntime
                from toys import asking

                def lend(runtime: TheRuntime, toy: str) -> None:
                    with runtime.write() as session:
                        if asking.decide(runtime, toy):
                            session.add(toy)
            """),
            "toys.service.lend, line 6, calls toys.asking.decide",
        ),
        "under another name": (
            toys("""
                from chassis.runtime import Runtime
                from toys.asking import decide as may

                def lend(runtime: Runtime, toy: str) -> None:
                    with runtime.read() as session:
                        may(runtime, toy)
            """),
            "calls toys.asking.decide",
        ),
        "through a function between": (
            toys("""
                from chassis.runtime import Runtime
                from toys import asking

                def _check(runtime: Runtime, toy: str) -> None:
                    asking.decide(runtime, toy)

                def lend(runtime: Runtime, toy: str) -> None:
                    with runtime.read() as session:
                        _check(runtime, toy)
            """),
            "calls toys.service._check",
        ),
        "the way out itself": (
            toys("""
                from chassis.runtime import Runtime

                def lend(runtime: Runtime, toy: str) -> None:
                    with runtime.write() as session:
                        runtime.client("consent").get("/v1/toys")
            """),
            "chassis.runtime.Runtime.client",
        ),
        "a client that was taken before": (
            toys("""
                from chassis.runtime import Runtime

                def lend(runtime: Runtime, toy: str) -> None:
                    consent = runtime.client("consent")
                    with runtime.write() as session:
                        consent.get("/v1/toys")
            """),
            "calls chassis.http.ServiceClient.get",
        ),
        "a method of what a constructor made": (
            toys("""
                from chassis.runtime import Runtime
                from toys.asking import Asker

                def lend(runtime: Runtime, toy: str) -> None:
                    asker = Asker(runtime)
                    with runtime.write() as session:
                        asker.may(toy)
            """),
            "calls toys.asking.Asker.may",
        ),
        "a method of its own": (
            toys("""
                from chassis.runtime import Runtime
                from toys import asking

                class Lender:
                    def _may(self, runtime: Runtime, toy: str) -> bool:
                        return asking.decide(runtime, toy)

                    def lend(self, runtime: Runtime, toy: str) -> None:
                        with runtime.write() as session:
                            self._may(runtime, toy)
            """),
            "calls toys.service.Lender._may",
        ),
        "a method of a dependency": (
            toys("""
                from typing import Annotated
                from fastapi import Depends
                from chassis.db import WriteSession
                from toys.asking import Asker

                TheAsker = Annotated[Asker, Depends(lambda: None)]

                def lend(asker: TheAsker, open_one: WriteSession, toy: str) -> None:
                    asker.may(toy)
            """),
            "calls toys.asking.Asker.may",
        ),
        "a method of something that cannot be told": (
            toys("""
                from chassis.runtime import Runtime

                def lend(runtime: Runtime, askers, toy: str) -> None:
                    with runtime.write() as session:
                        for asker in askers:
                            asker.may(toy)
            """),
            "calls may",
        ),
        "handed on to be called": (
            toys("""
                from functools import partial
                from chassis.runtime import Runtime
                from toys import asking

                def lend(runtime: Runtime, some: list[str]) -> None:
                    with runtime.write() as session:
                        session.add_all(filter(partial(asking.decide, runtime), some))
            """),
            "calls toys.asking.decide",
        ),
        "a closure that is handed in by name": (
            toys("""
                from chassis.runtime import Runtime
                from toys import asking

                def lend(runtime: Runtime, toy: str, once) -> None:
                    def make() -> None:
                        asking.decide(runtime, toy)
                        session.add(toy)

                    with runtime.write() as session:
                        return once(session, make)
            """),
            "toys.service.lend, line 10, calls toys.service.lend.make",
        ),
        "a closure that is called": (
            toys("""
                from chassis.runtime import Runtime
                from toys import asking

                class Lender:
                    def lend(self, runtime: Runtime, toy: str) -> None:
                        def may() -> bool:
                            return asking.decide(runtime, toy)

                        with runtime.write() as session:
                            if may():
                                session.add(toy)
            """),
            "calls toys.service.Lender.lend.may",
        ),
        "a closure that another closure calls": (
            toys("""
                from chassis.runtime import Runtime
                from toys import asking

                def lend(runtime: Runtime, toy: str, once) -> None:
                    def may() -> bool:
                        return asking.decide(runtime, toy)

                    def make() -> None:
                        if may():
                            session.add(toy)

                    with runtime.write() as session:
                        once(session, make=make)
            """),
            "calls toys.service.lend.make",
        ),
        "by a library, without the chassis": (
            toys("""
                import httpx
                from sqlalchemy.orm import Session

                def lend(session: Session, toy: str) -> None:
                    httpx.post("http://consent", json=toy)
            """),
            "calls httpx.post",
        ),
        "in one that opens for others": (
            toys("""
                from collections.abc import Iterator
                from contextlib import contextmanager
                from chassis.runtime import Runtime
                from toys import asking

                @contextmanager
                def _box(runtime: Runtime) -> Iterator[object]:
                    with runtime.write() as session:
                        yield session

                def lend(runtime: Runtime, toy: str) -> None:
                    with _box(runtime):
                        asking.decide(runtime, toy)
            """),
            "toys.service.lend",
        ),
        "one of two ways to open": (
            toys("""
                from chassis.runtime import Runtime
                from toys import asking

                def lend(runtime: Runtime, toy: str, late: bool) -> None:
                    with runtime.read() if late else runtime.write() as session:
                        asking.decide(runtime, toy)
            """),
            "calls toys.asking.decide",
        ),
        "a chassis that calls its ways by other names": (
            ("toys", {name: tree for name, tree in CHASSIS.items() if name != "chassis.runtime"}),
            "chassis.runtime.Runtime.client is gone",
        ),
    },
)


@pytest.mark.parametrize("name", [*SERVICES, "chassis"])
def test_no_other_program_is_called_inside_a_transaction(name: str) -> None:
    NO_CALL_IN_A_TRANSACTION.check((name, CHASSIS | modules(name)))


@pytest.mark.parametrize("name", ["families", "claims"])
def test_each_function_that_leaves_is_found_when_it_is_planted_in_a_transaction(name: str) -> None:
    """Our own, such as `sharing.decide`, by whatever name they go: each is called inside a `with runtime.write()`."""
    sources = CHASSIS | modules(name)
    code = Code(sources)
    leaving = [code.routines[each] for each in sorted(leaves(code) & code.routines.keys()) if each.startswith(name)]
    assert leaving
    planted = {f"{name}.planted{index}": ast.parse(_call(each.name)) for index, each in enumerate(leaving)}
    found = list(finds_calls_in_transactions((name, sources | planted)))
    slept = [
        each.name for module, each in zip(planted, leaving, strict=True) if not _is_found(found, module, each.name)
    ]
    assert slept == []


def _call(function: str) -> str:
    """A module that calls a function, or a method of a parameter, inside a transaction."""
    owner, _, name = function.rpartition(".")
    package, _, holder = owner.rpartition(".")
    parameter = f"one: {holder}" if holder[:1].isupper() or holder.startswith("_") else "one: str"
    called = f"one.{name}" if parameter != "one: str" else f"{holder}.{name}"
    return f"""
from chassis.runtime import TheRuntime
from {package} import {holder}

def plant(runtime: TheRuntime, {parameter}) -> None:
    with runtime.write() as session:
        {called}()
"""


def _is_found(found: list[str], module: str, function: str) -> bool:
    return any(each.startswith(f"{module}.plant,") and function in each for each in found)
