"""The router's database is replaced, by its standby or by what it was a while ago, or its disk is full."""
import secrets

import pytest

from conftest import SQLITE, running
from installation import Installation
from ledger import Ledger
from servers.postgres import PatroniCluster
from servers.process import DATA, until
from servers.synapse import SERVER_NAME


@pytest.fixture
def three_nodes(logs):
    with running(PatroniCluster("postgres-node")) as three_nodes:
        yield three_nodes


@pytest.fixture
def installation_on_three_nodes(three_nodes, letta, model, default_agent):
    with running(Installation("three_nodes", SQLITE, three_nodes, letta, model, default_agent)) as installation:
        yield installation


def test_a_standby_takes_over_while_thirty_questions_are_in_flight(installation_on_three_nodes, three_nodes):
    rooms = installation_on_three_nodes.open_rooms(10)
    ledger = Ledger(installation_on_three_nodes)
    ledger.ask_in(rooms, 3, "sleep:1")
    until("turns under way and turns that ended", 60, lambda: ledger.begun() > 15)
    three_nodes.lose_primary()
    ledger.settle(240, notices=1)
    ledger.assert_single_turns()


def test_a_database_restored_from_a_backup_asks_nothing_again_and_misses_nothing(installation, router_postgres, model):
    rooms = installation.open_rooms(4)
    ledger = Ledger(installation)
    ledger.ask_in(rooms, 2)
    ledger.await_answers(60)
    installation.await_met(rooms)
    backup = DATA / "backup.sql"
    router_postgres.dump(installation.database, backup)
    ledger.ask_in(rooms, 2)
    ledger.await_answers(60)
    ledger.ask_in(rooms, 1, "hold:restored")  # acknowledged and not answered: nothing but catch-up brings them back
    until("a turn in each room", 60, lambda: ledger.begun() == len(ledger.questions))

    installation.router.stop()
    router_postgres.restore(installation.database, backup)
    forgotten = {question.event for question in ledger.questions[-len(rooms):]}
    ledger.ask_in(rooms, 1)
    installation.router.start()
    until("what the backup does not have", 60, lambda: forgotten <= installation.stored_events())
    model.release("restored")

    ledger.settle(240)
    ledger.assert_single_turns()


def test_a_full_disk_is_answered_503_and_what_is_said_meanwhile_is_answered_when_there_is_room_again(cluster):
    if not cluster.disk.is_own:
        pytest.skip("this machine lets us make no disk of our own")
    rooms = cluster.open_rooms(3)
    ledger = Ledger(cluster)
    ledger.ask_in(rooms, 1)
    ledger.await_answers(60)

    cluster.disk.fill()
    acknowledged = set()
    until("the store to refuse", 60, lambda: hand_in_large_event(cluster.router, acknowledged) == 503, pause=0)
    ledger.ask_in(rooms, 2)
    cluster.disk.free()
    cluster.postgres.revive()

    ledger.settle(240)
    ledger.assert_single_turns()
    assert acknowledged <= cluster.stored_events()


def hand_in_large_event(router, acknowledged):
    """The status; the event is of a room of which the router knows nothing."""
    event = {"type": "m.room.message", "event_id": f"${secrets.token_hex(16)}", "room_id": f"!elsewhere:{SERVER_NAME}", "sender": f"@somebody:{SERVER_NAME}",
             "origin_server_ts": 0, "content": {"msgtype": "m.text", "body": secrets.token_hex(25_000)}}
    status = router.hand_in(event).status_code
    if status == 200:
        acknowledged.add(event["event_id"])
    return status
