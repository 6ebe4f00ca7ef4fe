"""Who acts in the borough: agencies, services, users, clients and agreements, for seeding. Data only."""

from dataclasses import dataclass

from sandbox.feeds import SUPPLIES
from sandbox.supplying import AREA, CONSENT, Agreement, Client, terms

OFFICER = "information_governance_officer"


@dataclass(frozen=True, slots=True)
class Service:
    """Shape: `sector` is the kind of supplier."""

    code: str
    agency: str
    name: str
    sector: str


@dataclass(frozen=True, slots=True)
class Agency:
    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Area:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class User:
    """Shape: `further_roles` are held beside `role`."""

    username: str
    name: str
    role: str
    service: str
    further_roles: tuple[str, ...] = ()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role, *self.further_roles)


PROTECTING = "pia"
"""Looks after families at protected addresses, whom a coordinator does not meet; so she is an analyst as well."""

AREAS = (Area(AREA, "Thornbury"),)
AGENCIES = (
    Agency("thornbury-council", "Thornbury Council", "council"),
    Agency("police", "Thornbury Police", "police"),
    Agency("jobcentre-plus", "Jobcentre Plus", "jobcentre"),
    Agency("health-trust", "Thornbury Health Trust", "health"),
)
SERVICES = (
    Service("education", "thornbury-council", "Education", "education"),
    Service("housing", "thornbury-council", "Housing", "housing"),
    Service("early-help", "thornbury-council", "Early help", "early-help"),
    Service("childrens-social-care", "thornbury-council", "Children's social care", "social-care"),
    Service("programme", "thornbury-council", "Think Family", "programme"),
    Service("neighbourhood-policing", "police", "Neighbourhood policing", "police"),
    Service("jobcentre", "jobcentre-plus", "Jobcentre", "employment"),
    Service("school-nursing", "health-trust", "School nursing", "health"),
)
USERS = (
    User("ana", "Ana Archer", "analyst", "programme"),
    User("cora", "Cora Coates", "programme_coordinator", "programme"),
    User(PROTECTING, "Pia Pickles", "programme_coordinator", "programme", ("analyst",)),
    User("leo", "Leo Lister", "lead_professional", "programme"),
    User("lena", "Lena Lowe", "lead_professional", "early-help"),
    User("iris", "Iris Ingham", "information_governance_officer", "programme"),
    # Between two services of the council two people sign.
    User("idris", "Idris Irving", "information_governance_officer", "education"),
    User("clare", "Clare Crossley", "claims_officer", "programme"),
    User("otto", "Otto Oakes", "internal_auditor", "programme"),
    # Corrects a finding of Otto's: findings are final for whoever made them.
    User("olga", "Olga Orme", "internal_auditor", "programme"),
    User("finn", "Finn Firth", "finance_officer", "programme"),
    # Records what came in: whoever submits a claim has no hand in its payment.
    User("faye", "Faye Flint", "finance_officer", "programme"),
    User("hilda", "Hilda Haigh", "head_of_service", "programme"),
    User("pat", "Pat Parkin", "platform_administrator", "programme"),
    User("harriet", "Harriet Hoyle", "partner_practitioner", "housing"),
    User("noor", "Noor Naylor", "partner_practitioner", "school-nursing"),
    # Children's social care receives nothing by agreement: for Sol all answers 404, for Max what no enquiry is about.
    User("sol", "Sol Senior", "partner_practitioner", "childrens-social-care"),
    User("sade", "Sade Shaw", "childrens_social_worker", "childrens-social-care"),
    User("max", "Max Marsh", "mash_worker", "childrens-social-care"),
    User("tara", "Tara Teale", "team_manager", "childrens-social-care"),
    User("petra", "Petra Peel", "information_governance_officer", "neighbourhood-policing"),
    User("jonas", "Jonas Jagger", "information_governance_officer", "jobcentre"),
    User("hana", "Hana Hirst", "information_governance_officer", "school-nursing"),
)
CLIENTS = tuple(supply.client for supply in SUPPLIES.values())
AGREEMENTS = (
    *(agreement for supply in SUPPLIES.values() for agreement in supply.agreements),
    Agreement("education", "early-help", terms("support", "identity address attendance")),
    Agreement("education", "housing", terms("support", "identity address") + terms("support", "attendance", CONSENT)),
    Agreement("programme", "housing", terms("support", "support")),
    # The council's notice names the school nurse, so its own delivery tells people for the health trust, too.
    Agreement("education", "school-nursing", terms("support", "identity attendance"), notice_given_by="supplier"),
    Agreement("programme", "early-help", terms("support", "support")),
    # The police drafted it and signed; housing never did. It shares nothing.
    Agreement("neighbourhood-policing", "housing", terms("support", "identity anti_social_behaviour"), signed_by=1),
    # The programme's own records of support, for working with the family and for claiming.
    Agreement("programme", "programme", terms("support claim", "support")),
)


def officer_of(agency: str) -> User:
    """Who signs agreements for an agency. Errors: StopIteration when it has no such person."""
    return next(iter(officers_of(agency)))


def officers_of(agency: str) -> list[User]:
    """All who may sign agreements for an agency."""
    services = {service.code for service in SERVICES if service.agency == agency}
    return [user for user in USERS if user.role == OFFICER and user.service in services]


def signers_of(agreement: Agreement) -> tuple[User, User]:
    """Who signs for the supplier, and who for the recipient: two people, each of the agency whose service it is."""
    agencies = {service.code: service.agency for service in SERVICES}
    first = officer_of(agencies[agreement.supplier])
    return first, next(user for user in officers_of(agencies[agreement.recipient]) if user != first)


def client_of(feed: str) -> Client:
    """Who pushes a feed. Errors: StopIteration when nobody does."""
    return next(client for client in CLIENTS if client.feed == feed)


def sector_of(service: str) -> str:
    """The kind of supplier that a service is. Errors: StopIteration when there is no such service."""
    return next(each.sector for each in SERVICES if each.code == service)
