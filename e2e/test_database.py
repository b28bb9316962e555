"""The router's database is replaced: by its standby, or by what it was a while ago."""
import pytest

from conftest import SQLITE, running
from installation import Installation
from ledger import Ledger
from servers.postgres import Pair
from servers.process import DATA, until


@pytest.fixture
def pair(logs):
    with running(Pair("postgres-pair")) as pair:
        yield pair


@pytest.fixture
def installation_on_pair(pair, letta, model, default_agent):
    with running(Installation("pair", SQLITE, pair, letta, model, default_agent)) as installation:
        yield installation


def test_a_standby_takes_over_while_thirty_questions_are_in_flight(installation_on_pair, pair):
    rooms = installation_on_pair.open_rooms(10)
    ledger = Ledger(installation_on_pair)
    ledger.ask_in(rooms, 3, "sleep:1")
    until("turns under way and turns that ended", 60, lambda: ledger.begun() > 15)
    pair.fail_over()
    ledger.settle(240, notices=1)
    ledger.assert_single_turns()


def test_a_database_restored_from_a_backup_asks_nothing_again_and_misses_nothing(installation, router_postgres):
    rooms = installation.open_rooms(4)
    ledger = Ledger(installation)
    ledger.ask_in(rooms, 2)
    ledger.await_answers(60)
    backup = DATA / "backup.sql"
    router_postgres.dump(installation.database, backup)
    ledger.ask_in(rooms, 2)
    ledger.await_answers(60)

    installation.router.stop()
    router_postgres.restore(installation.database, backup)
    ledger.ask_in(rooms, 1)
    installation.router.start()

    ledger.settle(240)
    ledger.assert_single_turns()
