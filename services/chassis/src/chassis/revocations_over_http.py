"""identity's list of revocations, over one connection that is kept open."""

import httpx
import orjson

from chassis.http import MOST_BYTES, UNDECODED, read_answer, trusted
from chassis.revocations import PATIENCE, Revocation, RevocationPage


class RevocationsOverHttp:
    """identity's list. The answer is read as it is: a later identity may say more than we know."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = httpx.Client(timeout=PATIENCE, verify=trusted(), trust_env=False)

    def fetch(self, cursor: str) -> RevocationPage:
        """Errors: httpx.HTTPError, KeyError, TypeError, ValueError."""
        asked = self._http.stream("GET", self._url, params={"after": cursor} if cursor else None, headers=UNDECODED)
        with asked as streaming:
            read = orjson.loads(read_answer(streaming, MOST_BYTES, PATIENCE).require_success())
        items = [Revocation(str(one["mark"]), float(one["before"]), float(one["until"])) for one in read["items"]]
        return RevocationPage(str(read["cursor"]), items, age=max(0.0, float(read["age"])), more=bool(read["more"]))
