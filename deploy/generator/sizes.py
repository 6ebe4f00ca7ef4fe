"""How much room a command gets, in a cluster and in a container: at least twice what was measured (docs/operations.md).

Units: as Kubernetes and compose take them. A program that is not named here gets what is usual.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Size:
    """Shape: `cpu`, `memory` and `disk` are what is set aside, `most_…` what may be taken.

    `var` is the room for files that are received; `container_…` are the limits where compose runs it.
    """

    cpu: str = "50m"
    memory: str = "128Mi"
    disk: str = "64Mi"
    most_cpu: str = "1"
    most_memory: str = "384Mi"
    most_disk: str = "256Mi"
    var: str = "64Mi"
    container_memory: str = "384m"
    container_var: str = "64m"


SMALL = Size()
"""A job, or a loop that passes on what others have made."""
WAITS = replace(SMALL, most_memory="256Mi")
SERVES = Size(cpu="200m", memory="256Mi", most_cpu="2", most_memory="768Mi", container_memory="768m")
OTHERS = {
    ("identity", "serve"): replace(SERVES, cpu="100m", most_memory="512Mi"),
    # All that is spooled at once may take 2 GB, since no size limit of a volume counts such files.
    ("families", "serve"): replace(
        SERVES, disk="256Mi", most_disk="4Gi", var="3Gi", container_memory="1280m", container_var="600m"
    ),
    ("families", "work"): Size(cpu="500m", memory="512Mi", most_cpu="2", most_memory="2Gi", container_memory="768m"),
    ("claims", "work"): Size(cpu="500m", memory="384Mi", most_cpu="2", most_memory="1536Mi", container_memory="768m"),
    ("gateway", "serve"): replace(SERVES, cpu="100m", memory="160Mi", most_cpu="1", most_memory="512Mi"),
}

STANDBYS = {("families", "relay")}
"""What stands by in compose as well, where all else runs once: `make compose-test` kills the active one."""
CONTAINER_SETTINGS: Mapping[str, Mapping[str, str]] = {
    "families": {"SPOOL_LIMIT": "536870912", "LATE_AFTER_DAYS": "36500"},
}
"""Settings where compose runs it, to try the platform out: what is spooled stands in memory there, and the sandbox
tells of years ago, so that by the vocabulary's days each act of support would be recorded late."""


def size(program: str, command: str) -> Size:
    return OTHERS.get((program, command), SERVES if command == "serve" else SMALL)
