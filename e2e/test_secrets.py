"""What the router's log must not hold."""
from ledger import Ledger
from servers.process import LOGS


def test_the_log_holds_no_token_and_no_words_of_a_message(installation):
    ledger = Ledger(installation)
    ledger.ask_in(installation.open_rooms(1), 1)
    ledger.settle(60)
    log = (LOGS / f"{installation.router.process.name}.log").read_text()
    secrets = [installation.synapse.as_token, installation.synapse.hs_token, installation.router.key, installation.router.read_key, "question 0"]
    assert [secret for secret in secrets if secret in log] == []
