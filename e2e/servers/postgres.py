"""A PostgreSQL of the tests' own, with pgvector."""
import os
import pwd
import shutil
import signal
import subprocess

from servers.process import DATA, INSTALLED, LOGS, Process, free_port


class Postgres:
    """One cluster. It refuses to run as root, so there it runs as `nobody`, from a copy that nobody can reach."""

    def __init__(self, name):
        self.port = free_port()
        owner = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
        self.programs = _programs()
        self.process = Process(name, [self.programs / "postgres", "-D", DATA / name / "data", "-p", self.port,
                                      "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off",
                                      "-c", "max_connections=200"],
                               at_once=signal.SIGQUIT, **owner)  # killed harder it leaves shared memory behind
        if owner:
            os.chown(self.process.folder, pwd.getpwnam("nobody").pw_uid, -1)
        with open(LOGS / f"{name}.log", "ab") as log:
            subprocess.run([self.programs / "initdb", "-D", DATA / name / "data", "-U", "tests", "-A", "trust", "-E", "UTF8",
                            "--locale=C", "--no-sync"], stdout=log, stderr=log, cwd="/", check=True, **owner)

    def start(self):
        self.process.start()
        self.process.started(30, lambda: self._sql("postgres", "SELECT 1").returncode == 0)

    def stop(self):
        """Ends every connection and stops, as an administrator's restart does."""
        self.process.end(signal.SIGINT)

    def create(self, database):
        self.ask("postgres", f"CREATE DATABASE {database}")
        return f"postgresql://tests@127.0.0.1:{self.port}/{database}"

    def ask(self, database, sql):
        """The first column of each row of the answer."""
        answer = self._sql(database, sql)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.split("\n")[:-1]

    def _sql(self, database, sql):
        return subprocess.run([self.programs / "psql", "-XqtA", "-h", "127.0.0.1", "-p", str(self.port), "-U", "tests", "-d", database,
                               "-c", sql], capture_output=True, text=True, env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"})


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
