"""Who calls whom, as far as the sources alone tell: names are joined by module and by type, not by how they sound.

    from claims import sharing                    sharing.usable(…)      is claims.sharing.usable
    from claims.sharing import usable as may      may(…)                 is claims.sharing.usable
    runtime: TheRuntime                           runtime.client(…)      is chassis.runtime.Runtime.client
    client = runtime.client("consent")            client.post(…)         is chassis.http.ServiceClient.post
    self._http = httpx.Client(…)                  self._http.request(…)  is httpx.Client.request
    def lend(): def make(): …                     make(), or once(make)  is claims.service.lend.make

What cannot be told (an element of a list, a value that is `Any`) is given as a bare name, `?post`; a rule decides what
to think of it.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from textwrap import dedent

Sources = Mapping[str, ast.Module]
"""Syntax trees by dotted module name."""
Function = ast.FunctionDef | ast.AsyncFunctionDef
Types = frozenset[str]
NONE: Types = frozenset()
WRAPPERS = {"Annotated", "Optional", "Final", "ClassVar"}


def written(sources: Mapping[str, str]) -> dict[str, ast.Module]:
    """Small sources as trees, for examples."""
    return {module: ast.parse(dedent(text)) for module, text in sources.items()}


@dataclass
class Class:
    """Shape: `bases` are dotted names; `fields` are the annotations, or values, that tell what an attribute is."""

    name: str
    module: str
    node: ast.ClassDef
    bases: list[str] = field(default_factory=list)
    fields: dict[str, list[tuple[ast.expr, "Routine | None"]]] = field(default_factory=lambda: defaultdict(list))
    methods: dict[str, str] = field(default_factory=dict)


@dataclass
class Routine:
    """A function or method. Shape: `owner` is the dotted name of its class."""

    name: str
    module: str
    node: Function
    owner: str | None = None


@dataclass
class Closure:
    """A function within a function. Shape: its names are resolved as those of `within`, whose names it shares."""

    name: str
    within: Routine
    node: Function


class Code:
    """Sources with their names resolved."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.names: dict[str, dict[str, str]] = {module: self._imports(module, sources[module]) for module in sources}
        self.values: dict[str, tuple[str, ast.expr]] = {}
        self.routines: dict[str, Routine] = {}
        self.classes: dict[str, Class] = {}
        for module, tree in sources.items():
            self._define(module, tree.body)
        self.closures: dict[str, Closure] = {}
        self._closures_of: dict[str, dict[str, set[str]]] = {}
        for routine in self.routines.values():
            self._closures_of[routine.name] = defaultdict(set)
            self._nest(routine, routine.node, routine.name)
        for kind in self.classes.values():
            kind.bases = [base for each in kind.node.bases if (base := self._dotted(each, kind.module))]
        self._environments: dict[str, dict[str, Types]] = {}
        self._guarded: set[str] = set()

    # --- what there is

    def _imports(self, module: str, tree: ast.Module) -> dict[str, str]:
        found: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    found[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom):
                start = node.module or ""
                if node.level:
                    above = module.split(".")[: -node.level]
                    start = ".".join([*above, *([node.module] if node.module else [])])
                found |= {alias.asname or alias.name: f"{start}.{alias.name}" for alias in node.names}
        return found

    def _define(self, module: str, body: Iterable[ast.stmt]) -> None:
        for node in body:
            if isinstance(node, Function):
                name = f"{module}.{node.name}"
                self.routines[name] = Routine(name, module, node)
            elif isinstance(node, ast.ClassDef):
                self._define_class(module, node)
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        self.values[f"{module}.{target.id}"] = (module, node.value)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                self.values[f"{module}.{node.target.id}"] = (module, node.annotation)
            elif isinstance(node, ast.If | ast.Try):
                self._define(module, [*node.body, *node.orelse])

    def _define_class(self, module: str, node: ast.ClassDef) -> None:
        kind = self.classes[f"{module}.{node.name}"] = Class(f"{module}.{node.name}", module, node)
        for inner in node.body:
            if isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
                kind.fields[inner.target.id].append((inner.annotation, None))
            elif isinstance(inner, ast.Assign):
                for target in inner.targets:
                    if isinstance(target, ast.Name):
                        kind.fields[target.id].append((inner.value, None))
            elif isinstance(inner, Function):
                name = f"{kind.name}.{inner.name}"
                routine = self.routines[name] = Routine(name, module, inner, kind.name)
                kind.methods[inner.name] = name
                for each in ast.walk(inner):
                    if isinstance(each, ast.AnnAssign):
                        self._field(kind, each.target, each.annotation, routine)
                    elif isinstance(each, ast.Assign):
                        for target in each.targets:
                            values = [(target, each.value)]
                            if isinstance(target, ast.Tuple) and isinstance(each.value, ast.Tuple):
                                values = list(zip(target.elts, each.value.elts, strict=False))
                            for one, value in values:
                                self._field(kind, one, value, routine)

    @staticmethod
    def _field(kind: Class, target: ast.expr, value: ast.expr, routine: Routine) -> None:
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
            kind.fields[target.attr].append((value, routine))

    def _nest(self, routine: Routine, parent: ast.AST, above: str) -> None:
        for node in ast.iter_child_nodes(parent):
            name = above
            if isinstance(node, Function):
                name = f"{above}.{node.name}"
                while name in self.closures:  # one for each branch: `if …: def make() … else: def make()`
                    name += "'"
                self.closures[name] = Closure(name, routine, node)
                self._closures_of[routine.name][node.name].add(name)
            if not isinstance(node, ast.ClassDef):
                self._nest(routine, node, name)

    # --- names

    def canonical(self, dotted: str) -> str:
        """Where a dotted name is defined, through every module that hands it on."""
        for _ in range(10):
            if dotted in self.routines or dotted in self.classes or dotted in self.sources or dotted in self.values:
                return dotted
            parts = dotted.split(".")
            for end in range(len(parts) - 1, 0, -1):
                module = ".".join(parts[:end])
                if module in self.sources:
                    target = self.names[module].get(parts[end])
                    if target is None or target == dotted:
                        return dotted
                    dotted = ".".join([target, *parts[end + 1 :]])
                    break
            else:
                return dotted
        return dotted

    def _dotted(self, node: ast.expr, module: str) -> str:
        """What a chain of names stands for in a module, or nothing where it is no such chain."""
        if isinstance(node, ast.Subscript):
            return self._dotted(node.value, module)
        if isinstance(node, ast.Attribute):
            start = self._dotted(node.value, module)
            return self.canonical(f"{start}.{node.attr}") if start else ""
        if not isinstance(node, ast.Name):
            return ""
        here = f"{module}.{node.id}"
        if here in self.routines or here in self.classes or here in self.values:
            return here
        return self.canonical(self.names[module][node.id]) if node.id in self.names[module] else ""

    # --- types

    def annotated(self, node: ast.expr | None, module: str) -> Types:
        """The classes that an annotation allows."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                return self.annotated(ast.parse(node.value, mode="eval").body, module)
            except SyntaxError:
                return NONE
        if isinstance(node, ast.BinOp):
            return self.annotated(node.left, module) | self.annotated(node.right, module)
        if isinstance(node, ast.Subscript):
            outer = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if outer in WRAPPERS:
                inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
                return self.annotated(inner, module)
            return self.annotated(node.value, module)
        if not isinstance(node, ast.Name | ast.Attribute):
            return NONE
        name = self._dotted(node, module)
        if name in self.values:
            where, value = self.values[name]
            return self.annotated(value, where)
        if not name and isinstance(node, ast.Name) and node.id in ("dict", "list", "set", "tuple", "str", "frozenset"):
            return frozenset({f"builtins.{node.id}"})
        return frozenset({name}) if name and name != "typing.Any" else NONE

    def environment(self, routine: Routine) -> dict[str, Types]:
        """What each local name of a function may be."""
        if routine.name in self._environments:
            return self._environments[routine.name]
        found: dict[str, Types] = {}
        self._environments[routine.name] = found
        for node in ast.walk(routine.node):
            if isinstance(node, ast.arguments):
                for each in [*node.posonlyargs, *node.args, *node.kwonlyargs, node.vararg, node.kwarg]:
                    if each is not None:
                        plain = each is not node.vararg and each is not node.kwarg
                        types = self.annotated(each.annotation, routine.module) if plain else NONE
                        found[each.arg] = found.get(each.arg, NONE) | types
        first = [*routine.node.args.posonlyargs, *routine.node.args.args][:1]
        if routine.owner and first and first[0].annotation is None:
            found[first[0].arg] = frozenset({routine.owner})
        for node in ast.walk(routine.node):
            for target, types in self._bound(node, routine):
                found[target] = found.get(target, NONE) | types
        return found

    def _bound(self, node: ast.AST, routine: Routine) -> Iterator[tuple[str, Types]]:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, self.annotated(node.annotation, routine.module)
        elif isinstance(node, ast.Assign | ast.NamedExpr):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    yield target.id, self.typed(node.value, routine)
                elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    for one, value in zip(target.elts, node.value.elts, strict=False):
                        if isinstance(one, ast.Name):
                            yield one.id, self.typed(value, routine)
                else:
                    yield from _plain(target)
        elif isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
            yield node.optional_vars.id, self._entered(node.context_expr, routine)
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            yield from _plain(node.target)

    def _entered(self, node: ast.expr, routine: Routine) -> Types:
        """What `with … as x` binds: what the context manager says, else the manager itself (files, clients, pools)."""
        targets = self.called(node.func, routine) if isinstance(node, ast.Call) else set()
        found: set[str] = set()
        for target in targets & self.routines.keys():
            returns = self.routines[target].node.returns
            if isinstance(returns, ast.Subscript):
                found |= self.annotated(returns.slice, self.routines[target].module)
        return frozenset(found) or self.typed(node, routine)

    def typed(self, node: ast.expr, routine: Routine) -> Types:
        """The classes that an expression's value may be of; none where that cannot be told."""
        if isinstance(node, ast.Name):
            local = self.environment(routine)
            if node.id in local:
                return local[node.id]
            name = self._dotted(node, routine.module)
            return self._valued(name)
        if isinstance(node, ast.Attribute):
            found: set[str] = set()
            owners = self.typed(node.value, routine)
            for owner in owners:
                found |= self.attribute(owner, node.attr)
            if not owners and self._is_global(node, routine):
                return self._valued(self._dotted(node, routine.module))
            return frozenset(found)
        if isinstance(node, ast.Call):
            return frozenset().union(*(self._returned(target) for target in self.called(node.func, routine)))
        if isinstance(node, ast.IfExp):
            return self.typed(node.body, routine) | self.typed(node.orelse, routine)
        if isinstance(node, ast.BoolOp):
            return frozenset().union(*(self.typed(value, routine) for value in node.values))
        if isinstance(node, ast.Await | ast.NamedExpr | ast.Starred):
            return self.typed(node.value, routine)
        literal = {ast.Dict: "dict", ast.DictComp: "dict", ast.List: "list", ast.ListComp: "list", ast.Set: "set"}
        literal |= {ast.SetComp: "set", ast.JoinedStr: "str", ast.Tuple: "tuple"}
        if type(node) in literal:
            return frozenset({f"builtins.{literal[type(node)]}"})
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return frozenset({"builtins.str"})
        return NONE

    def _valued(self, name: str) -> Types:
        """What a module's value is, by its annotation or by the class that makes it."""
        if name not in self.values or name in self._guarded:
            return NONE
        self._guarded.add(name)
        try:
            module, value = self.values[name]
            if isinstance(value, ast.Call):
                return self._returned(self._dotted(value.func, module))
            return self.annotated(value, module)
        finally:
            self._guarded.discard(name)

    def _returned(self, target: str) -> Types:
        if target in self.classes:
            return frozenset({target})
        if target in self.routines:
            routine = self.routines[target]
            if isinstance(routine.node.returns, ast.Name) and routine.node.returns.id == "Self" and routine.owner:
                return frozenset({routine.owner})
            return self.annotated(routine.node.returns, routine.module)
        if target in self.closures:
            return self.annotated(self.closures[target].node.returns, self.closures[target].within.module)
        # Of another's module: a name with a capital is a class, by everybody's habit.
        return frozenset({target}) if target.rpartition(".")[2][:1].isupper() else NONE

    def attribute(self, owner: str, name: str) -> Types:
        """The classes that an attribute of a class's instances may be of."""
        found: set[str] = set()
        for each in self.lineage(owner):
            kind = self.classes[each]
            key = f"{each}.{name}"
            if key in self._guarded:
                continue
            self._guarded.add(key)
            for value, routine in kind.fields.get(name, []):
                if routine is not None:
                    found |= self.typed(value, routine) or self.annotated(value, kind.module)
                else:
                    found |= self.annotated(value, kind.module)
            self._guarded.discard(key)
            if name in kind.methods:
                method = self.routines[kind.methods[name]].node
                if any("property" in ast.dump(each) for each in method.decorator_list):
                    found |= self.annotated(method.returns, kind.module)
        return frozenset(found)

    def lineage(self, name: str) -> list[str]:
        """A class of ours and its bases among ours, nearest first."""
        found: list[str] = []
        todo = [name]
        while todo:
            each = todo.pop(0)
            if each in self.classes and each not in found:
                found.append(each)
                todo += self.classes[each].bases
        return found

    @cached_property
    def _below(self) -> dict[str, set[str]]:
        """Classes by what they stand in for: their bases, and each protocol all of whose methods they have."""
        below: dict[str, set[str]] = defaultdict(set)
        for name in self.classes:
            for base in self.lineage(name)[1:]:
                below[base].add(name)
        for name, kind in self.classes.items():
            if any(base.endswith("Protocol") for base in kind.bases) and kind.methods:
                below[name] |= {
                    each for each, other in self.classes.items() if kind.methods.keys() <= other.methods.keys()
                }
        return below

    def methods(self, owner: str, name: str) -> set[str]:
        """What a call of this method may run: the class's own or inherited one, and each that overrides it."""
        inherited = (self.classes[each].methods.get(name) for each in self.lineage(owner))
        own = {next((method for method in inherited if method), "")} - {""}
        return own | {
            method for below in self._below.get(owner, ()) if (method := self.classes[below].methods.get(name))
        }

    # --- calls

    def _is_global(self, node: ast.expr, routine: Routine) -> bool:
        while isinstance(node, ast.Attribute):
            node = node.value
        return isinstance(node, ast.Name) and node.id not in self.environment(routine)

    def called(self, node: ast.expr, routine: Routine) -> set[str]:
        """What an expression names if it is called: dotted names, or `?name` of something that cannot be told."""
        if isinstance(node, ast.Name):
            local = self.environment(routine)
            closures = self._closures_of[routine.name].get(node.id, set())
            if closures or node.id in local:
                return closures | {
                    method for each in local.get(node.id, NONE) for method in self.methods(each, "__call__")
                }
            name = self._dotted(node, routine.module)
            return {name} if name else set()
        if not isinstance(node, ast.Attribute):
            return set()
        if self._is_global(node, routine):
            name = self._dotted(node, routine.module)
            if name in self.routines or name in self.classes:
                return {name}
            start = node.value
            base = self._dotted(start, routine.module)
            if base and base not in self.values:
                return {name}
        if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name) and node.value.func.id == "super":
            bases = self.classes[routine.owner].bases if routine.owner else []
            return {method for base in bases for method in self.methods(base, node.attr)}
        owners = self.typed(node.value, routine)
        found: set[str] = set()
        for owner in owners:
            ours = self.methods(owner, node.attr)
            found |= ours or {f"{owner}.{node.attr}"}
        return found or {f"?{node.attr}"}

    def mentions(self, roots: Iterable[ast.AST], routine: Routine) -> set[str]:
        """Everything that code calls, or hands on to be called: `partial(sharing.decide, …)` counts as a call.

        Shape: what cannot be told is only given where it is called; `row.client` may as well be a column.
        """
        nodes = [node for root in roots for node in ast.walk(root)]
        calls = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        found: set[str] = set()
        for node in nodes:
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
                names = self.called(node, routine)
                found |= names if id(node) in calls else {name for name in names if not name.startswith("?")}
        return found

    @cached_property
    def graph(self) -> dict[str, set[str]]:
        """Every function with what it mentions; a class stands for what makes it."""
        found = {name: self.mentions(routine.node.body, routine) for name, routine in self.routines.items()}
        for name, closure in self.closures.items():
            found[name] = self.mentions(closure.node.body, closure.within)
        for name in self.classes:
            found[name] = self.methods(name, "__init__") | self.methods(name, "__post_init__")
        return found


def _plain(target: ast.expr) -> Iterator[tuple[str, Types]]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, NONE
