"""A connection to PostgreSQL that is waited for only as long as whoever asks may wait.

A paused database keeps its connections and says no word: no timeout of its own runs out, and the network below goes on
confirming what it is sent. A push was held for 40 seconds so. So the waiting is bounded here; the server notices within
a second that nobody listens any more, and gives up what it was doing (`client_connection_check_interval`).
"""

import math
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from chassis.time_budget import current_time_budget

LEAST_CONNECT = 2
"""Seconds below which the driver does not go when it connects."""
LEAST_SIGN_OF_LIFE = 1.0
"""Seconds that a connection has to say that it lives, also where others have used the budget up: a request that gives
up must still be able to take back what it has begun."""


class StoreSilent(psycopg.OperationalError):
    """The database has not answered within the time that the request has."""


class BoundedConnection(psycopg.Connection[Any]):
    """Shape: while it is `resting` in the pool, it is asked only whether it still lives, which takes no time.

    A request waits for that as long as for other programs, and for one answer to a statement as long as its budget
    says. A loop waits for nobody's sake, and is bounded by the session's `statement_timeout`.
    """

    resting = True

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """As the driver's. Errors: StoreSilent; the connection is closed then, for its statement may be under way."""
        budget = current_time_budget()
        if budget is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        bound = max(LEAST_SIGN_OF_LIFE, budget.left) if self.resting else budget.statement
        try:
            return super().wait(gen, interval, None if math.isinf(bound) else bound)
        except psycopg.OperationalError as broken:
            if self.closed or self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise  # the server has said so
            self.close()
            budget.store_is_silent = True
            raise StoreSilent("The database is silent") from broken


def connect_within_budget(most: int, *arguments: Any, **parameters: Any) -> BoundedConnection:
    """A new connection. Units: `most` in seconds. Errors: StoreSilent when the request has waited in vain before."""
    budget = current_time_budget()
    if budget is not None:
        if budget.store_is_silent:
            raise StoreSilent("The database was silent a moment ago")
        most = max(LEAST_CONNECT, min(most, math.ceil(budget.left)))
    try:
        return BoundedConnection.connect(*arguments, **parameters | {"connect_timeout": most})
    except psycopg.errors.ConnectionTimeout:
        if budget is not None:
            budget.store_is_silent = True
        raise
