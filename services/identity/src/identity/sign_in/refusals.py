"""Whatever refuses a request at OAuth's doors speaks as their clients read it; a browser is shown a page.

A body too large, a store that is away, no token: what is refused before it comes to the grants speaks so too.
"""

import re

from starlette.responses import Response

from chassis.app import Dialect
from chassis.problems import Problem
from identity.oauth_errors import fault_of
from identity.sign_in import page

PATHS = re.compile(r"/oauth/.*|/\.well-known/.*", re.S)
HEADERS = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def render_refusal(problem: Problem, base: str, accept: str, current: str) -> Response:
    """The refusal as JSON, or as a page to a browser. What is not valid is 400 here, as RFC 6749 has it."""
    status = 400 if problem.status == 422 else problem.status
    answer: Response
    if "text/html" in accept:
        answer = page.dead_end("The application sent a request that cannot be answered.", status)
    else:
        body = fault_of(problem, base).model_dump_json()
        answer = Response(body, status, HEADERS, media_type="application/json")
    answer.headers.update(problem.headers)
    return answer


DIALECT = Dialect(PATHS, render_refusal, browsed=re.compile("/oauth/authorize"))
