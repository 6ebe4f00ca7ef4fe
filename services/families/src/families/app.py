"""Composition root: the one file that knows every room."""

import re
from functools import partial

from chassis.app import Advised
from chassis.program import Program
from directory.recognising import recognise_by
from families.bars import routes as bars
from families.composition.worker import Composer
from families.covers import routes as covers
from families.emergency_access import routes as emergency_access
from families.emergency_access.service import count_overdue_reviews
from families.enquiries import routes as enquiries
from families.events import FAMILY_EVENTS, PEOPLE_EVENTS, SAFEGUARDING_EVENTS
from families.evidence import routes as evidence
from families.facts import routes as facts
from families.families import routes as families
from families.feeds import routes as feeds
from families.intake import routes as intake
from families.intake.worker import PushWorker
from families.log import LOG
from families.matching import routes as matching
from families.models import Base
from families.people import routes as people
from families.premises import routes as premises
from families.reactions import reactions
from families.settings import FamiliesSettings
from families.standing import routes as standing
from families.support import routes as support
from families.support.worker import EmptyActs
from transparency.checking import Checker
from transparency.routes import HEALTH, add_health, make_router
from transparency.sequencer import Sequencer
from vocabulary.purposes import ON_GROUND
from vocabulary.roles import list_rights, may_hold

program = Program(
    name="families",
    title="Families",
    settings=FamiliesSettings,
    base=Base,
    routers=[
        feeds.router,
        intake.router,
        people.router,
        standing.router,
        facts.router,
        matching.router,
        families.router,
        premises.router,
        support.router,
        evidence.router,
        enquiries.router,
        emergency_access.router,
        bars.router,
        covers.router,
        make_router(LOG),
    ],
    reactions=reactions,
    recognise=recognise_by(may_hold, list_rights),
    stated_purposes=ON_GROUND,
    workers=[PushWorker(), Composer(), EmptyActs(), Sequencer(LOG), Checker(LOG)],
    events=[*PEOPLE_EVENTS, *FAMILY_EVENTS, *SAFEGUARDING_EVENTS],
    open_routes=frozenset({"/v1/feeds", "/v1/feeds/{feed}", HEALTH}),
    setup=partial(add_health, log=LOG),
    advised=Advised(
        paths=re.compile(r"/v1/(enquiries|emergency-access|governance-notes|bars|covers)(/.*)?"),
        purposes=frozenset({"safeguarding", *ON_GROUND}),
    ),
    figures=[
        (
            "thinkfamily_emergency_reviews_overdue",
            "Uses of emergency access that nobody has reviewed in time",
            count_overdue_reviews,
        )
    ],
    spools=re.compile(r"/v1/feeds/[^/]+/pushes"),
)
