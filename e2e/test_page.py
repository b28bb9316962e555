"""The page at /ui, in a real Chromium."""
import pytest
import requests

from ledger import Ledger
from servers.browser import PHONE
from servers.process import until

HOSTILE = "<img src=x onerror=document.title='run'><script>document.title='run'</script>"


@pytest.fixture
def page(installation, browser):
    page = browser.open(installation.router, installation.router.key)
    until("the page to be live", 20, lambda: page.text("#live") == "live")
    yield page
    page.keep_picture("page")
    assert page.faults() == []


def test_a_wrong_key_opens_nothing_and_a_logout_closes_the_page(installation, browser):
    page = browser.open(installation.router, "wrong")
    until("the refusal", 10, lambda: page.text("#login-fault") == "This is neither ROUTER_API_KEY nor ROUTER_READ_KEY.")
    page.log_in(installation.router.key)
    until("the page", 20, lambda: page.text("#status") == "healthy")
    # No script reads the session
    assert page.run("return document.cookie") == ""
    [cookie] = page.driver.get_cookies()
    page.press("Log out")
    until("the page to ask for a key", 10, lambda: page.find("#login-form").is_displayed() and not page.find("#page").is_displayed())
    assert requests.get(f"{installation.router.url}/overview", cookies={cookie["name"]: cookie["value"]}, timeout=10).status_code == 401


def test_a_drift_appears_after_an_edit_of_the_file_and_vanishes_after_a_sync(installation, page):
    [room] = installation.open_rooms(1)
    agent = room.agent.id
    until("the agent to be in sync", 20, lambda: "in sync" in page.row("agents", agent))
    page.press("Stop mappings-watch")
    page.press("Stop")  # are you sure
    until("the route to be stopped", 20, lambda: "stopped" in page.row("routes", "mappings-watch"))
    try:
        installation.router.mappings[agent]["room_id"] = "!elsewhere:test.local"
        installation.router.drop_mappings()
        until("the difference", 20, lambda: all(word in page.row("agents", agent) for word in ["room differs", "!elsewhere:test.local", room.id]))
        page.press("Sync…")
        until("the plan", 20, lambda: "Would UPDATE" in page.text("#dialog-report"))
        page.press("Sync")
        until("the report", 20, lambda: "Database sync complete!" in page.text("#dialog-report"))
        page.press("Close")
        until("the agent to be in sync", 20, lambda: "in sync" in page.row("agents", agent))
        assert "!elsewhere:test.local" in page.row("agents", agent)
    finally:
        page.press("Start mappings-watch")
    until("the route to be started", 20, lambda: "started" in page.row("routes", "mappings-watch"))


def test_a_dead_letter_is_replayed_and_its_path_is_shown(installation, page, model):
    [room] = installation.open_rooms(1)
    ledger = Ledger(installation)
    ledger.ask(room, "hold:replayed")
    until("the turn to begin", 30, lambda: ledger.begun() == 1)
    late = ledger.ask(room)
    until("one message to wait and one to be asked", 20, lambda: page.row("agents", room.agent.id).split("\t")[2:4] == ["1", "1"])
    installation.postgres.ask(installation.database, f"UPDATE router.inbox SET waiting_since = now() - interval '2 days' WHERE event_id = '{late.event}'")
    model.release("replayed")
    until("the dead letter", 30, lambda: "too-old" in page.row("letters", late.event))
    # Its text is nowhere on the page
    assert late.heard not in page.run("return document.documentElement.outerHTML")
    page.press(f"Replay {letter(installation, late)}")
    until("the dead letter to be gone", 20, lambda: not page.row("letters", late.event))
    until("its path", 60, lambda: all(station in page.row("messages", room.id) for station in ["received", "asked", "answered", "posted"]))
    page.run("document.querySelector('#messages details').open = true")
    until("its steps", 20, lambda: all(step in page.text("#messages .steps") for step in ["claimed", "replayed", "sent"]))


def test_a_name_that_is_html_is_shown_as_text_and_runs_nothing(installation, page):
    [room] = installation.open_rooms(1)
    installation.router.mappings[room.agent.id]["agent_name"] = HOSTILE
    installation.router.drop_mappings()
    until("the name", 20, lambda: HOSTILE in page.row("agents", room.agent.id))
    assert page.run("return document.title") == "matrix-letta-router"
    assert page.run("return document.querySelectorAll('img, #agents script').length") == 0


def test_it_fits_a_phone_and_follows_the_reader_into_the_dark(installation, page):
    installation.open_rooms(1)
    light = page.run("return getComputedStyle(document.body).backgroundColor")
    for scheme in ["light", "dark"]:
        page.appear(PHONE, scheme)
        width, shown = page.run("return [document.documentElement.scrollWidth, window.innerWidth]")
        assert width <= shown == PHONE[0]
    assert page.run("return getComputedStyle(document.body).backgroundColor") != light


def letter(installation, question):
    [seq] = installation.postgres.ask(installation.database, f"SELECT seq FROM router.inbox WHERE event_id = '{question.event}'")
    return f"message-{seq}"
