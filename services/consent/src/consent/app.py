"""Composition root: the one file that knows every room."""

import re
from functools import partial

from chassis.app import Advised
from chassis.program import Program
from consent.access_reports import routes as access_reports
from consent.acting_services import routes as acting_services
from consent.agreements import routes as agreements
from consent.agreements.worker import Announcer
from consent.catalogue import routes as catalogue
from consent.consents import routes as consents
from consent.coverage import routes as coverage
from consent.decisions import routes as decisions
from consent.events import EVENTS
from consent.log import LOG
from consent.models import Base
from consent.notices import routes as notices
from consent.objections import routes as objections
from consent.protections import routes as protections
from consent.reactions import reactions
from consent.restrictions import routes as restrictions
from consent.sent_marks import routes as sent_marks
from consent.settings import ConsentSettings
from consent.sharing_log import routes as sharing_log
from consent.welfare_requests import routes as welfare_requests
from consent.welfare_requests.service import count_late_reviews, count_overdue_requests
from consent.welfare_requests.worker import OverdueAnnouncer
from consent.welfare_rules import routes as welfare_rules
from directory.recognising import recognise_by
from transparency.checking import Checker
from transparency.routes import HEALTH, add_health, make_router
from transparency.sequencer import Sequencer
from vocabulary.purposes import ON_GROUND
from vocabulary.roles import list_rights, may_hold

program = Program(
    name="consent",
    title="Consent: what may be shared with whom, and what was",
    settings=ConsentSettings,
    base=Base,
    routers=[
        catalogue.router,
        agreements.router,
        notices.router,
        consents.router,
        objections.router,
        protections.router,
        restrictions.router,
        decisions.router,
        sent_marks.router,
        sharing_log.router,
        access_reports.router,
        coverage.router,
        acting_services.router,
        welfare_rules.router,
        welfare_requests.router,
        make_router(LOG),
    ],
    reactions=reactions,
    recognise=recognise_by(may_hold, list_rights),
    stated_purposes=ON_GROUND,
    advised=Advised(
        paths=re.compile(r"/v1/(welfare-requests|welfare-rules|acting-services)(/.*)?"), purposes=ON_GROUND
    ),
    figures=[
        (
            "thinkfamily_welfare_requests_overdue",
            "Requests for the welfare of a child that nobody has answered in time",
            count_overdue_requests,
        ),
        (
            "thinkfamily_welfare_reviews_overdue",
            "Answers of standing rules that nobody has reviewed in time",
            count_late_reviews,
        ),
    ],
    workers=[Announcer(), OverdueAnnouncer(), Sequencer(LOG), Checker(LOG)],
    open_routes=frozenset({HEALTH}),
    setup=partial(add_health, log=LOG),
    events=EVENTS,
)
