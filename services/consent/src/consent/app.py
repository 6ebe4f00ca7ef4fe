"""Composition root: the one file that knows every room."""

from functools import partial

from chassis.program import Program
from consent.access_reports import routes as access_reports
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
from directory.recognising import recognise_by
from transparency.checking import Checker
from transparency.routes import HEALTH, add_health, make_router
from transparency.sequencer import Sequencer
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
        make_router(LOG),
    ],
    reactions=reactions,
    recognise=recognise_by(may_hold, list_rights),
    workers=[Announcer(), Sequencer(LOG), Checker(LOG)],
    open_routes=frozenset({HEALTH}),
    setup=partial(add_health, log=LOG),
    events=EVENTS,
)
