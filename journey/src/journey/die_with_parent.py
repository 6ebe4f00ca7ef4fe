"""Run a command that ends when whoever started it ends: `python die_with_parent.py COMMAND …`.

A supervisor that is killed outright cannot stop its programs; the kernel then does it for us (Linux; elsewhere the
command runs without this). The request to the kernel survives exec, so nothing of this script remains.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before we could ask
            sys.exit(1)


if __name__ == "__main__":
    die_with_parent()
    os.execv(sys.argv[1], sys.argv[1:])
