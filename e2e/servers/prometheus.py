"""A Prometheus that reads the router's metrics as monitoring/ says."""
import subprocess
from pathlib import Path

import requests

from servers.process import INSTALLED, Process, answers, free_port

MONITORING = Path(__file__).parents[2] / "monitoring"
PROGRAMS = INSTALLED / "prometheus/usr/bin"


def promtool(*words, folder=MONITORING):
    """What promtool, run in that folder, says; it has to be content."""
    answer = subprocess.run([PROGRAMS / "promtool", *words], capture_output=True, text=True, cwd=folder)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


class Prometheus:

    def __init__(self, router):
        self.url = f"http://127.0.0.1:{free_port()}"
        self.process = Process("prometheus", [PROGRAMS / "prometheus", "--config.file=prometheus.yaml", "--storage.tsdb.path=data",
                                              f"--web.listen-address={self.url.removeprefix('http://')}"])
        # as compose mounts it, but for where the key and the router are, and a shorter wait
        key = self.process.folder / "read-key"
        key.write_text(router.read_key)
        config = (MONITORING / "prometheus.yaml").read_text()
        for here, there in {"/tmp/read-key": str(key), "router:8004": router.url.removeprefix("http://"), "15s": "1s"}.items():
            assert here in config
            config = config.replace(here, there)
        (self.process.folder / "prometheus.yaml").write_text(config)
        (self.process.folder / "alerts.yaml").write_text((MONITORING / "alerts.yaml").read_text())

    def start(self):
        self.process.start()
        self.process.started(60, lambda: answers(f"{self.url}/-/ready"))

    def stop(self):
        self.process.end()

    def query(self, expression):
        """The value of each series, by its labels without those of the scrape."""
        result = self._get("query", query=expression)["result"]
        return {tuple(sorted((name, label) for name, label in series["metric"].items() if name not in ("__name__", "instance", "job"))):
                float(series["value"][1]) for series in result}

    def alerts(self):
        """The names of the alerts that are pending or firing."""
        return {alert["labels"]["alertname"] for alert in self._get("alerts")["alerts"]}

    def rules(self):
        """Each rule's name and health."""
        return {rule["name"]: rule["health"] for group in self._get("rules")["groups"] for rule in group["rules"]}

    def _get(self, path, **parameters):
        answer = requests.get(f"{self.url}/api/v1/{path}", params=parameters, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]
