"""Who may speak with whom: an arrow a call that the vocabulary declares, and those to the stores."""

from collections.abc import Iterator
from typing import Any

from generator.emit import Noted
from generator.names import (
    COMPONENT,
    KAFKA,
    KAFKA_PORT,
    NAME,
    POSTGRES,
    POSTGRES_PORT,
    Programs,
    callers,
    labels,
    listeners,
    one_of,
    services,
)

Manifest = dict[str, Any]
WHY = (
    "Who may speak with whom. Nothing is allowed unless an arrow below says so, and an arrow has two ends: the "
    "caller's egress and the called one's ingress. `tests/deploy` compares them with the calls in the code."
)
CALLING = one_of(COMPONENT, ["serve", "work"])
HEARING = one_of(COMPONENT, ["serve", "listen"])
GRANT = "grant"
COMMANDS = one_of(COMPONENT, ["serve", "relay", "listen", "work"])


def policies(programs: Programs) -> Iterator[Manifest | Noted]:
    """Base's: every end of an arrow but those of the stores."""
    yield {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "deny-all"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    }
    dns = {"namespaceSelector": _namespace("kube-system"), "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}
    yield _egress("all-to-dns", {}, [{"to": [dns], "ports": [_port(53, "UDP"), _port(53)]}])
    yield Noted(
        "Partners and people come in through the ingress controller. It must not pass /metrics on.",
        _ingress(
            "ingress-to-serve",
            {"matchLabels": {COMPONENT: "serve"}},
            [{"namespaceSelector": _namespace("ingress")}],
            "http",
        ),
    )
    yield _ingress(
        "monitoring-to-programs",
        {"matchExpressions": [COMMANDS]},
        [{"namespaceSelector": _namespace("monitoring")}],
        "http",
    )
    yield Noted(
        "The stores. Where they are not pods of this namespace, an overlay puts policies of its own in these ones' "
        "place.",
        _egress("services-to-postgres", _services(programs), [_to(POSTGRES, POSTGRES_PORT)]),
    )
    yield Noted(
        "Kafka lets in whom it knows, and only who needs it comes near it: a relay tells, `listen` hears, `serve` "
        "counts what was not heard yet, and `grant` says who may do what.",
        _egress("relays-to-kafka", _relays(programs), [_to(KAFKA, KAFKA_PORT)]),
    )
    yield _egress("listeners-to-kafka", _listeners(programs), [_to(KAFKA, KAFKA_PORT)])
    yield _egress("grants-to-kafka", _grants(programs), [_to(KAFKA, KAFKA_PORT)])
    between = [*_calls(programs), *_called(programs)]
    yield Noted(
        "Between the programs. Only `serve` and `work` call another one: a relay and a listener know their store and "
        "the log.",
        between[0],
    )
    yield from between[1:]


def store_policies(programs: Programs) -> Iterator[Manifest]:
    """The ends of the arrows to stores that stand in the same namespace."""
    peers = {
        POSTGRES: (POSTGRES_PORT, [_services(programs)]),
        KAFKA: (KAFKA_PORT, [_relays(programs), _listeners(programs), _grants(programs)]),
    }
    for store, (port, selectors) in peers.items():
        pods = [{"podSelector": selector} for selector in selectors]
        yield _ingress(f"{store}-callers", {"matchLabels": labels(store)}, pods, port)


def _calls(programs: Programs) -> Iterator[Manifest]:
    for code, program in programs.items():
        if program.calls:
            who = {"matchLabels": labels(code), "matchExpressions": [CALLING]}
            ways = [_to(called, programs[called].port, "serve") for called in program.calls]
            yield _egress(f"{code}-calls", who, ways)


def _called(programs: Programs) -> Iterator[Manifest]:
    for code, program in programs.items():
        if by := callers(programs, code):
            pods = [{"podSelector": {"matchExpressions": [one_of(NAME, by), CALLING]}}]
            yield _ingress(f"{code}-callers", {"matchLabels": labels(code, "serve")}, pods, program.port)


def _services(programs: Programs) -> Manifest:
    """Whoever needs the database."""
    others = {"key": COMPONENT, "operator": "NotIn", "values": [GRANT]}
    return {"matchExpressions": [one_of(NAME, services(programs)), others]}


def _relays(programs: Programs) -> Manifest:
    return {"matchLabels": {COMPONENT: "relay"}, "matchExpressions": [one_of(NAME, services(programs))]}


def _grants(programs: Programs) -> Manifest:
    return {"matchLabels": {COMPONENT: GRANT}, "matchExpressions": [one_of(NAME, services(programs))]}


def _listeners(programs: Programs) -> Manifest:
    return {"matchExpressions": [one_of(NAME, listeners(programs)), HEARING]}


def _namespace(name: str) -> Manifest:
    return {"matchLabels": {"kubernetes.io/metadata.name": name}}


def _port(port: int | str, protocol: str = "TCP") -> Manifest:
    return {"protocol": protocol, "port": port}


def _to(whom: str, port: int, command: str = "") -> Manifest:
    return {"to": [{"podSelector": {"matchLabels": labels(whom, command)}}], "ports": [_port(port)]}


def _egress(name: str, who: Manifest, rules: list[Manifest]) -> Manifest:
    return _policy(name, {"podSelector": who, "policyTypes": ["Egress"], "egress": rules})


def _ingress(name: str, whom: Manifest, peers: list[Manifest], port: int | str) -> Manifest:
    rules = [{"from": peers, "ports": [_port(port)]}]
    return _policy(name, {"podSelector": whom, "policyTypes": ["Ingress"], "ingress": rules})


def _policy(name: str, spec: Manifest) -> Manifest:
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}
