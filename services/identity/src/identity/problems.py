"""What can go wrong in identity.

Problem
├── NotFound
│   ├── AgencyNotFound        404
│   ├── ServiceNotFound       404
│   ├── ClientNotFound        404
│   ├── SecretNotFound        404
│   ├── ClientKeyNotFound     404
│   ├── UserNotFound          404
│   ├── DeputyNotFound        404
│   ├── SponsorNotFound       404
│   ├── ApprovalNotFound      404
│   └── SessionNotFound       404
├── Conflict
│   ├── AgencyExists          409
│   ├── AgencyHasOfficer      409
│   ├── AreaExists            409
│   ├── ServiceExists         409
│   ├── ClientExists          409
│   ├── ClientKeyExists       409
│   ├── UserExists            409
│   ├── TwoSecretsLive        409
│   ├── LastSecret            409
│   ├── ApprovalNotWaiting    409
│   ├── ApprovalOutdated      409
│   └── PublicClient          409
├── OwnAccount                403
├── AnotherAdministratorNeeded 403
└── ReservedScope             403

What goes wrong at the OAuth endpoints is said as their RFCs say it (`tokens/server.py`).
"""

from chassis.problems import Conflict, NotFound, Problem


class AgencyNotFound(NotFound):
    """There is no such agency. `GET /v1/agencies` lists them with their codes."""

    title = "Agency not found"


class ServiceNotFound(NotFound):
    """There is no such service. `GET /v1/services` lists the services of all agencies with their codes."""

    title = "Service not found"


class ClientNotFound(NotFound):
    """There is no such client. `GET /v1/services/{code}/clients` lists the clients of a service."""

    title = "Client not found"


class SecretNotFound(NotFound):
    """The client has no such live secret. `GET /v1/clients/{id}` lists those that it has."""

    title = "Secret not found"


class ClientKeyNotFound(NotFound):
    """The client has no such live key. `GET /v1/clients/{id}/keys` lists those that it has."""

    title = "Client key not found"


class UserNotFound(NotFound):
    """There is no such user. `GET /v1/users` lists them."""

    title = "User not found"


class SessionNotFound(NotFound):
    """The user has no such session. `GET /v1/users/{id}/sessions` lists those that are open."""

    title = "Session not found"


class AgencyExists(Conflict):
    """An agency has this code already; `id` is its. Use that one, or choose another code."""

    title = "Agency exists"


class AreaExists(Conflict):
    """An area with this code is registered already; `id` names it. Codes are unique."""

    title = "Area exists"


class ServiceExists(Conflict):
    """A service has this code already, here or in another agency; `id` is its. Use that one, or choose another code."""

    title = "Service exists"


class ClientExists(Conflict):
    """A client has this client id already; `id` is its. Use that one, or choose another client id."""

    title = "Client exists"


class ClientKeyExists(Conflict):
    """The client has or had this key. A key that was ended may be known to others: make a new pair of keys."""

    title = "Client key exists"


class UserExists(Conflict):
    """Somebody signs in with this address already; `id` is theirs. Change that user, or give another address."""

    title = "User exists"


class TwoSecretsLive(Conflict):
    """The client has two live secrets or keys, the most that it may have. End one first, then add another."""

    title = "Two secrets live"


class LastSecret(Conflict):
    """This is the client's only live secret or key. Add another, let the client change over, or disable the client."""

    title = "Last secret"


class PublicClient(Conflict):
    """A public client runs where no secret or key can be kept, and has none. Register a confidential client instead."""

    title = "Public client"


class OwnAccount(Problem):
    """Nobody changes their own roles, areas, service or status. Ask another administrator to do it."""

    status, title = 403, "Own account"


class ReservedScope(Problem):
    """Some scopes belong to the platform's own programs alone; `scopes` names them. Leave them out."""

    status, title = 403, "Reserved scope"


class DeputyNotFound(NotFound):
    """There is no such deputy. `GET /v1/deputies` lists who deputises for whom."""

    title = "Deputy not found"


class SponsorNotFound(NotFound):
    """The agency has no such sponsor. `GET /v1/agencies/{code}/sponsors` lists those that it has."""

    title = "Sponsor not found"


class AgencyHasOfficer(Conflict):
    """The agency has an officer of its own here, who signs for it. A sponsor signs where there is none."""

    title = "Agency has an officer"


class ApprovalNotFound(NotFound):
    """There is no such approval. `GET /v1/approvals` lists what was asked for."""

    title = "Approval not found"


class ApprovalNotWaiting(Conflict):
    """It was decided, replaced by a later request, or has lapsed; `became` says which. Ask for the change anew."""

    title = "Approval not waiting"


class ApprovalOutdated(Conflict):
    """What it is about has changed since it was asked for. Refuse it, and ask for the change anew."""

    title = "Approval outdated"


class AnotherAdministratorNeeded(Problem):
    """Two administrators do this: one asks, and another approves. You asked.

    `GET /v1/users` shows who else is an administrator. Where there is no other, see "A second administrator" in
    docs/operations.md.
    """

    status, title = 403, "Another administrator needed"
