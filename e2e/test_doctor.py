"""`doctor` beside real servers: all is well, and then one thing after the other is not."""
import json
import secrets

import pytest


@pytest.fixture
def room(installation):
    [room] = installation.open_rooms(1)
    return room


@pytest.fixture
def doctor(installation, room):
    """What it says with ❌, and its exit code."""
    def faults(*arguments, **environment):
        report, exit_code = installation.router.command("doctor", *arguments, **environment)
        return [line for line in report.splitlines() if line.startswith("❌")], exit_code
    return faults


def test_where_all_is_well_every_line_says_so(installation, room):
    report, exit_code = installation.router.command("doctor", "--output", "json")
    assert [check for check in json.loads(report)["checks"] if check["state"] != "well"] == []
    assert exit_code == 0
    assert {check["check"] for check in json.loads(report)["checks"]} >= {"settings", "database", "homeserver", "ping", "namespaces", "admins", "letta", "rooms", "agents"}


def test_an_agents_user_that_was_put_out_of_its_room_is_named(installation, room, doctor):
    room.person.kick(room.id, room.agent.user)
    [fault], exit_code = doctor()
    assert room.agent.id in fault and room.id in fault and "invite that user there" in fault, fault
    assert exit_code == 1
    installation.bring(room.agent, room)
    assert doctor() == ([], 0)


def test_another_as_token_is_named(doctor):
    [fault], exit_code = doctor("--standalone", MATRIX_AS_TOKEN=secrets.token_hex(24))
    assert fault.startswith("❌ The homeserver does not know MATRIX_AS_TOKEN"), fault
    assert exit_code == 1


def test_a_letta_that_is_down_is_named(letta, doctor):
    letta.kill()
    try:
        [fault], exit_code = doctor()
    finally:
        letta.start()
    assert fault.startswith(f"❌ Letta at {letta.url} gives no answer"), fault
    assert exit_code == 1
    assert doctor() == ([], 0)
