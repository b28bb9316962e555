"""The metrics as a real Prometheus reads them, and the alert rules as it judges by them."""
import json

import pytest

from conftest import running
from ledger import Ledger
from servers.process import until
from servers.prometheus import MONITORING, Prometheus, promtool


@pytest.fixture
def prometheus(installation):
    with running(Prometheus(installation.router)) as prometheus:
        yield prometheus


def test_promtool_takes_the_rules_and_each_fires_in_its_case_alone():
    assert "SUCCESS" in promtool("check", "rules", "--lint-fatal", "alerts.yaml")
    assert "SUCCESS" in promtool("test", "rules", "alerts-test.yaml")
    assert "SUCCESS" in promtool("check", "config", "--syntax-only", "prometheus.yaml")


def test_prometheus_reads_the_router_with_the_read_key_and_judges_it(installation, prometheus):
    promtool("check", "config", "prometheus.yaml", folder=prometheus.process.folder)
    until("a scrape", 30, lambda: prometheus.query("up") == {(): 1})

    ledger = Ledger(installation)
    rooms = installation.open_rooms(1)
    ledger.ask_in(rooms, 1)
    ledger.settle(60)

    answered = f'router_agent_turns_total{{agent="{rooms[0].agent.id}",outcome="answered"}}'
    until("the answer to be counted", 30, lambda: list(prometheus.query(answered).values()) == [len(ledger.questions)])
    until("the rules to be judged", 30, lambda: set(prometheus.rules().values()) == {"ok"})
    assert prometheus.query("router_store_up") == {(): 1}
    until("the ping to be known", 30, lambda: prometheus.query('router_peer_up{peer="ping"}') == {(("peer", "ping"),): 1})
    assert not prometheus.alerts() & {"RouterNotScraped", "RouterStoreAway", "RouterLookupsFail", "RouterLettaPaused", "RouterHomeserverPaused"}


def test_prometheus_understands_every_expression_of_the_dashboard(installation, prometheus):
    until("a scrape", 30, lambda: prometheus.query("up") == {(): 1})
    panels = json.loads((MONITORING / "dashboard.json").read_text())["panels"]
    expressions = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    assert len(expressions) > 40
    for expression in expressions:
        prometheus.query(expression.replace("$__rate_interval", "1m"))


def test_an_outage_is_an_alert_and_its_end_is_its_end(installation, prometheus):
    until("a scrape", 30, lambda: prometheus.query("up") == {(): 1})
    installation.postgres.stop()
    try:
        until("the alert of a store that is away", 60, lambda: "RouterStoreAway" in prometheus.alerts())
    finally:
        installation.postgres.start()
    until("its end", 60, lambda: "RouterStoreAway" not in prometheus.alerts())
