"""Which functions of the tests check something whatever happens, read from their source.

A function checks when on each of its ways something is asserted: by `assert`, by `pytest.raises` or `pytest.fail`, by
`raise AssertionError`, or by a call of another function of the tests that checks. A loop counts as if it were entered.
Functions are found through their module's imports; a method, whose class no reader of source can know, by its name,
where every method of that name in the tests checks.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef
INSIDE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
"""What stands in these is run later, or never."""


@dataclass
class Module:
    """Shape: `functions` stand at the module's top, `methods` in its classes; `imported` gives module and name."""

    name: str
    tree: ast.Module
    functions: dict[str, Function] = field(default_factory=dict)
    methods: list[Function] = field(default_factory=list)
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        package = self.name.rpartition(".")[0]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
                source = ".".join([*above, *([node.module] if node.module else [])])
                for alias in node.names:
                    self.imported[alias.asname or alias.name] = (source, alias.name)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    self.imported[alias.asname or alias.name] = (alias.name, "")
            elif isinstance(node, ast.ClassDef):
                self.methods += [inner for inner in node.body if isinstance(inner, Function)]
        self.functions = {node.name: node for node in self.tree.body if isinstance(node, Function)}


class Checking:
    """What checks in all these modules. Shape: `without_check` and `leaving` give what a test must not be."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self._modules = {module.name: module for module in modules}
        self._functions: set[tuple[str, str]] = set()
        self._methods: set[str] = set()
        grew = True
        while grew:  # a function that calls one that checks checks as well
            functions, methods = self._found()
            grew = (functions, methods) != (self._functions, self._methods)
            self._functions, self._methods = functions, methods

    def without_check(self) -> Iterator[str]:
        """Tests with a way through on which nothing is asserted."""
        for module, test in self._tests():
            if not self._checks(module, test.body):
                yield f"{module.name}:{test.lineno} {test.name}"

    def leaving(self) -> Iterator[str]:
        """Tests with a bare `return`: they leave early, and pass."""
        for module, test in self._tests():
            if any(isinstance(node, ast.Return) and node.value is None for node in own_nodes(test.body)):
                yield f"{module.name}:{test.lineno} {test.name}"

    def _tests(self) -> Iterator[tuple[Module, Function]]:
        for module in self._modules.values():
            for function in [*module.functions.values(), *module.methods]:
                if function.name.startswith("test_"):
                    yield module, function

    def _found(self) -> tuple[set[tuple[str, str]], set[str]]:
        functions = {
            (module.name, name)
            for module in self._modules.values()
            for name, function in module.functions.items()
            if self._checks(module, function.body)
        }
        named: dict[str, bool] = {}
        for module in self._modules.values():
            for method in module.methods:
                named[method.name] = named.get(method.name, True) and self._checks(module, method.body)
        return functions, {name for name, every in named.items() if every}

    def _checks(self, module: Module, body: list[ast.stmt]) -> bool:
        """Whether something is asserted on each way through these statements."""
        return any(self._statement_checks(module, statement) for statement in body)

    def _statement_checks(self, module: Module, statement: ast.stmt) -> bool:
        match statement:
            case ast.Assert():
                return True
            case ast.Raise(exc=ast.expr() as raised):
                target = raised.func if isinstance(raised, ast.Call) else raised
                return isinstance(target, ast.Name) and target.id == "AssertionError"
            case ast.If(body=body, orelse=other):
                return self._calls_check(module, statement.test) or (
                    self._checks(module, body) and self._checks(module, other)
                )
            case ast.Match(cases=cases):
                return all(self._checks(module, case.body) for case in cases) and any(
                    isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None and case.guard is None
                    for case in cases
                )
            case ast.For(iter=head, body=body) | ast.AsyncFor(iter=head, body=body) | ast.While(test=head, body=body):
                return self._calls_check(module, head) or self._checks(module, [*body, *statement.orelse])
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                return any(self._calls_check(module, item.context_expr) for item in items) or self._checks(module, body)
            case ast.Try(body=body, finalbody=last, orelse=other):
                return self._checks(module, [*body, *other, *last])
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return False
        return self._calls_check(module, statement)

    def _calls_check(self, module: Module, node: ast.AST) -> bool:
        return any(self._is_check(module, call.func) for call in own_nodes([node]) if isinstance(call, ast.Call))

    def _is_check(self, module: Module, called: ast.expr) -> bool:
        match called:
            case ast.Name(id=name):
                found = (module.name, name) if name in module.functions else module.imported.get(name, ("", ""))
                return found in self._functions or found in (("pytest", "raises"), ("pytest", "fail"))
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in module.imported:
                source, inner = module.imported[owner]
                whole = f"{source}.{inner}" if inner else source
                return (whole, name) in self._functions or (whole, name) in (("pytest", "raises"), ("pytest", "fail"))
            case ast.Attribute(attr=name):
                return name in self._methods
        return False


def own_nodes(roots: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All nodes beneath, but for what stands in functions and classes inside."""
    for root in roots:
        yield root
        if not isinstance(root, INSIDE):
            yield from own_nodes(ast.iter_child_nodes(root))
