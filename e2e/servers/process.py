"""A server's process, and how to wait for it."""
import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
import requests

DATA = Path(os.environ["E2E_DATA"])  # goes when the run ends
INSTALLED = Path(os.environ["E2E_INSTALLED"])
LOGS = INSTALLED / "logs"


def until(what, seconds, condition, pause=0.1):
    """The first true value of `condition`, which is asked again and again; fails after `seconds`, saying what was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds:g} s in vain for {what() if callable(what) else what}")
        time.sleep(pause)


_given = set()


def free_port():
    """One that nobody else was given: its server may listen only later."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port


def answers(url):
    try:
        return requests.get(url, timeout=5).status_code == 200
    except requests.RequestException:
        return False


class Process:
    """One server: a command, its environment, a folder to stand in, and a log under target/e2e/logs."""

    def __init__(self, name, command, environment=None, at_once=signal.SIGKILL, **how):
        self.name = name
        self.command = [str(word) for word in command]
        self.at_once = at_once
        self.how = how
        self.folder = DATA / name
        self.folder.mkdir(exist_ok=True)
        # nothing of the caller's: DATABASE_URL or LETTA_API_KEY may name real servers
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8", "TMPDIR": str(self.folder),
                            **(environment or {})}
        self.running = None
        self.pid_file = DATA / "pids" / name

    def start(self):
        self.pid_file.parent.mkdir(exist_ok=True)
        with open(LOGS / f"{self.name}.log", "ab") as log:
            self.running = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                                            env=self.environment, start_new_session=True, **self.how)
        self.pid_file.write_text(f"{self.at_once.name.removeprefix('SIG')} {self.running.pid}\n")

    def started(self, seconds, ready):
        def ready_or_over():
            if self.running.poll() is not None:
                pytest.fail(f"{self.name} ended with {self.running.returncode}; see {LOGS / self.name}.log")
            return ready()
        until(f"{self.name} to start; see {LOGS / self.name}.log", seconds, ready_or_over)

    def end(self, how=signal.SIGTERM, seconds=120):
        if self.running is None:
            return
        self.running.send_signal(how)
        try:
            self.running.wait(seconds)
        except subprocess.TimeoutExpired:
            self.running.send_signal(self.at_once)
            self.running.wait()
            pytest.fail(f"{self.name} did not end within {seconds} s of {how.name}")
        finally:
            self.running = None
            self.pid_file.unlink(missing_ok=True)

    def freeze(self):
        """Stands still where it is, as a machine does that swaps or is paused; the processes it has started do, too."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self):
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, what):
        pid = self.running.pid
        for one in (pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, what)
