"""Who reaches whom under a set of NetworkPolicies, by Kubernetes' rules: nothing selected, nothing restricted; else
some rule must let it through, at the caller's end and at the called one's.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .manifests import Manifest, of_kind, workloads

OURS = "thinkfamily"
OUTSIDE = {"ingress": {}, "monitoring": {}, "elsewhere": {}, "kube-system": {"k8s-app": "kube-dns"}}
"""Namespaces beside ours, each with a pod and its labels."""
UNTOLD = {("TCP", 4444): "", ("UDP", 4444): ""}
"""Ports that no manifest tells of, in every pod: they must be shut as well."""


@dataclass(frozen=True)
class Pod:
    """Shape: `ports` maps (protocol, number) to the port's name."""

    who: str
    namespace: str
    labels: dict[str, str]
    ports: dict[tuple[str, int], str] = field(default_factory=dict)


Arrow = tuple[str, str, str, int]


def arrows(manifests: list[Manifest]) -> set[Arrow]:
    """Every way that is open from one pod to another: who, whom, protocol, port."""
    pods, policies = [*_pods(manifests), *_outside()], of_kind(manifests, "NetworkPolicy")
    return {
        (caller.who, called.who, protocol, port)
        for caller in pods
        for called in pods
        if OURS in (caller.namespace, called.namespace)
        for protocol, port in called.ports
        if _lets(policies, "Egress", caller, called, protocol, port)
        and _lets(policies, "Ingress", called, caller, protocol, port)
    }


def _pods(manifests: list[Manifest]) -> list[Pod]:
    return [
        Pod(
            f"{work.program} {work.does}",
            OURS,
            work.labels,
            UNTOLD
            | {
                (port.get("protocol", "TCP"), port["containerPort"]): port.get("name", "")
                for container in work.containers
                for port in container.get("ports", [])
            },
        )
        for work in workloads(manifests)
    ]


def _outside() -> list[Pod]:
    ports = {"kube-system": {("UDP", 53): "dns", ("TCP", 53): "dns-tcp"}}
    return [Pod(name, name, labels, ports.get(name, {("TCP", 443): "https"})) for name, labels in OUTSIDE.items()]


def _lets(policies: list[Manifest], way: str, pod: Pod, other: Pod, protocol: str, port: int) -> bool:
    if pod.namespace != OURS:
        return True
    mine = [
        held["spec"]
        for held in policies
        if way in held["spec"]["policyTypes"] and _selects(held["spec"]["podSelector"], pod.labels)
    ]
    called = other if way == "Egress" else pod
    return not mine or any(
        _peers(rule.get("to" if way == "Egress" else "from"), other)
        and _ports(rule.get("ports"), called, protocol, port)
        for held in mine
        for rule in held.get(way.lower(), [])
    )


def _peers(peers: list[Any] | None, other: Pod) -> bool:
    return not peers or any(_peer(peer, other) for peer in peers)


def _peer(peer: Manifest, other: Pod) -> bool:
    if "ipBlock" in peer:
        return True
    if "namespaceSelector" in peer:
        if not _selects(peer["namespaceSelector"], {"kubernetes.io/metadata.name": other.namespace}):
            return False
    elif other.namespace != OURS:
        return False
    return _selects(peer.get("podSelector", {}), other.labels)


def _ports(ports: list[Manifest] | None, called: Pod, protocol: str, port: int) -> bool:
    name = called.ports.get((protocol, port))
    return not ports or any(
        told.get("protocol", "TCP") == protocol
        and ("port" not in told or told["port"] in (port, name) or _low(told) <= port <= told.get("endPort", 0))
        for told in ports
    )


def _low(told: Manifest) -> float:
    return told["port"] if isinstance(told["port"], int) else float("inf")


def _selects(selector: Manifest, labels: dict[str, str]) -> bool:
    checks: dict[str, Callable[[str | None, list[str]], bool]] = {
        "In": lambda held, values: held in values,
        "NotIn": lambda held, values: held not in values,
        "Exists": lambda held, _: held is not None,
        "DoesNotExist": lambda held, _: held is None,
    }
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()) and all(
        checks[told["operator"]](labels.get(told["key"]), told.get("values", []))
        for told in selector.get("matchExpressions", [])
    )
