"""A PostgreSQL of the tests' own, with pgvector."""
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys

from servers.process import DATA, INSTALLED, LOGS, Process, free_port, until


class Postgres:
    """One cluster. It refuses to run as root, so there it runs as `nobody`, from a copy that nobody can reach."""

    def __init__(self, name, **settings):
        self.name = name
        self.port = free_port()
        self.owner = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
        self.programs = _programs()
        self.process = Process(name, self._command(settings), at_once=signal.SIGQUIT, **self.owner)  # killed harder it leaves shared memory behind
        if self.owner:
            os.chown(self.process.folder, pwd.getpwnam("nobody").pw_uid, -1)
        self._make()

    def _command(self, settings):
        return [self.programs / "postgres", "-D", DATA / self.name / "data", "-p", self.port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
                "-c", "fsync=off", "-c", "max_connections=200", *(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))]

    def _make(self):
        self._run("initdb", "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    def start(self):
        self.process.start()
        self.process.started(120, self._answers)

    def stop(self):
        """Ends every connection and stops, as an administrator's restart does."""
        self.process.end(signal.SIGINT)

    def kill(self):
        """Ends at once and leaves the repair of its files to the next start."""
        self.process.end(signal.SIGQUIT)

    def revive(self):
        """Starts it again if it ended: one that cannot write its log does."""
        until(f"{self.process.name} to answer or to end", 60, lambda: self.process.running.poll() is not None or self._answers())
        if self.process.running.poll() is not None:
            self.process.end()
            self.start()

    def create(self, database):
        self.ask("postgres", f"CREATE DATABASE {database}")
        return f"postgresql://tests@127.0.0.1:{self.port}/{database}"

    def dump(self, database, file):
        """A backup, as SQL."""
        with open(file, "w") as backup:
            subprocess.run([self.programs / "pg_dump", "-h", "127.0.0.1", "-p", str(self.port), "-U", "tests", database], stdout=backup, check=True)

    def restore(self, database, file):
        """The database as it was when the backup was made, whoever uses it."""
        self.ask("postgres", f"DROP DATABASE {database} WITH (FORCE)")
        self.ask("postgres", f"CREATE DATABASE {database}")
        answer = self._sql(database, "", "-f", file)
        assert answer.returncode == 0, answer.stderr

    def ask(self, database, sql):
        """The first column of each row of the answer."""
        answer = self._sql(database, sql)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.split("\n")[:-1]

    def _sql(self, database, sql, *more):
        return subprocess.run([self.programs / "psql", "-XqtA", "-h", "127.0.0.1", "-p", str(self.port), "-U", "tests", "-d", database,
                               "-v", "ON_ERROR_STOP=1", "-c", sql, *more], capture_output=True, text=True, env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"})

    def _answers(self):
        return self._sql("postgres", "SELECT 1").returncode == 0

    def _run(self, program, *words):
        with open(LOGS / f"{self.process.name}.log", "ab") as log:
            subprocess.run([self.programs / program, "-D", self.process.folder / "data", *words], stdout=log, stderr=log, cwd="/", check=True, **self.owner)


class PatroniCluster:
    """Three of them under Patroni, which keeps in etcd who is the primary: what that one acknowledged, another has as well and takes its place when it is gone."""

    def __init__(self, name):
        url, peer_url = f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}"
        self.etcd = Process(f"{name}-etcd", [INSTALLED / "etcd/usr/bin/etcd", "--data-dir", DATA / f"{name}-etcd/data",
                                             "--listen-client-urls", url, "--advertise-client-urls", url, "--listen-peer-urls", peer_url,
                                             "--initial-advertise-peer-urls", peer_url, "--initial-cluster", f"default={peer_url}"])
        self.nodes = [Node(f"{name}-{number}", url) for number in (1, 2, 3)]

    @property
    def primary(self):
        return next((node for node in self.nodes if node.is_primary()), None)

    def start(self):
        self.etcd.start()
        for node in self.nodes:
            node.process.start()
        until("a primary whose commits another node confirms", 120, lambda: self.primary
              and self.primary.ask("postgres", "SELECT count(*) FILTER (WHERE sync_state = 'sync'), count(*) FROM pg_stat_replication") == ["1|2"], pause=0.5)

    def stop(self):
        for node in self.nodes:
            node.stop()
        self.etcd.end()

    def create(self, database):
        self.primary.create(database)
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"postgresql://tests@{hosts}/{database}?targetServerType=primary"

    def ask(self, database, sql):
        return self.primary.ask(database, sql)

    def lose_primary(self):
        """The machine of the primary is gone; Patroni sees that its lease ends."""
        lost = self.primary
        lost.kill()
        until("another primary", 120, lambda: self.primary)


class Node(Postgres):
    """A PostgreSQL that Patroni sets up, starts and promotes."""

    def __init__(self, name, etcd_url):
        self.etcd_url = etcd_url
        super().__init__(name)

    def _command(self, settings):
        # the Python of this run may be in a folder that is closed to nobody
        return ["/usr/bin/python3" if self.owner else sys.executable, "-B", "-m", "patroni", DATA / self.name / "patroni.yml"]

    def _make(self):
        folder, api = DATA / self.name, f"127.0.0.1:{free_port()}"
        self.process.environment["PYTHONPATH"] = str(_patroni())
        self.process.at_once = signal.SIGTERM  # by which it ends its PostgreSQL, too
        (folder / "patroni.yml").write_text(json.dumps({
            "scope": "router", "name": self.name,
            "restapi": {"listen": api, "connect_address": api},
            "etcd3": {"url": self.etcd_url},
            "bootstrap": {
                "dcs": {"ttl": 20, "loop_wait": 1, "retry_timeout": 3, "synchronous_mode": True, "synchronous_mode_strict": True,
                        "postgresql": {"parameters": {"fsync": "off", "max_connections": 200}}},
                "initdb": [{"encoding": "UTF8"}, {"locale": "C"}, "no-sync"]},
            "postgresql": {
                "listen": f"127.0.0.1:{self.port}", "connect_address": f"127.0.0.1:{self.port}",
                "data_dir": str(folder / "data"), "bin_dir": str(self.programs), "pgpass": str(folder / "pgpass"),
                "authentication": {"superuser": {"username": "tests"}, "replication": {"username": "tests"}},
                "parameters": {"unix_socket_directories": ""},
                "pg_hba": ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]}}))

    def stop(self):
        self.process.end()

    def kill(self):
        self.process.end(signal.SIGKILL)
        self._run("pg_ctl", "stop", "-m", "immediate")

    def is_primary(self):
        answer = self._sql("postgres", "SELECT pg_is_in_recovery()")
        return answer.returncode == 0 and answer.stdout == "f\n"


def _patroni():
    """Its library, where whoever runs PostgreSQL can read it."""
    packages = next((INSTALLED / "patroni/lib").glob("python3*/site-packages"))
    if os.getuid() != 0:
        return packages
    copy = DATA / "patroni"
    if not copy.exists():
        shutil.copytree(packages, copy)
    return copy


def _programs():
    packages = next((INSTALLED / "letta/lib").glob("python3*/site-packages"))
    if os.getuid() != 0:
        return packages / "pgserver/pginstall/bin"
    copy = DATA / "postgresql"
    if not copy.exists():
        DATA.chmod(0o755)
        shutil.copytree(packages / "pgserver/pginstall", copy / "pgserver/pginstall", symlinks=True)
        shutil.copytree(packages / "pgserver.libs", copy / "pgserver.libs")  # the programs find their libraries beside them
    return copy / "pgserver/pginstall/bin"
