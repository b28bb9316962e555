"""A PostgreSQL of the tests' own, with pgvector."""
import os
import pwd
import shutil
import signal
import subprocess

from servers.process import DATA, INSTALLED, LOGS, Process, free_port, until


class Postgres:
    """One cluster. It refuses to run as root, so there it runs as `nobody`, from a copy that nobody can reach."""

    def __init__(self, name, **settings):
        self.port = free_port()
        owner = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
        self.programs = _programs()
        self.process = Process(name, [self.programs / "postgres", "-D", DATA / name / "data", "-p", self.port,
                                      "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off",
                                      "-c", "max_connections=200", *(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))],
                               at_once=signal.SIGQUIT, **owner)  # killed harder it leaves shared memory behind
        if owner:
            os.chown(self.process.folder, pwd.getpwnam("nobody").pw_uid, -1)
        self.owner = owner
        self._make()

    def _make(self):
        self._run("initdb", "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    def start(self):
        self.process.start()
        self.process.started(30, self._answers)

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


class Pair:
    """A primary, and a standby that has confirmed whatever the primary acknowledged."""

    def __init__(self, name):
        self.primary = Postgres(f"{name}-1")
        self.standby = None

    def start(self):
        self.primary.start()
        self.standby = Standby(f"{self.primary.process.name[:-1]}2", self.primary)
        self.standby.start()
        self.primary.ask("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.primary.ask("postgres", "SELECT pg_reload_conf()")
        until("the standby to confirm", 30, lambda: self.primary.ask("postgres", "SELECT sync_state FROM pg_stat_replication") == ["sync"])

    def stop(self):
        for one in (self.primary, self.standby):
            if one and one.process.running:
                one.stop()

    def create(self, database):
        self.primary.create(database)
        return f"postgresql://tests@127.0.0.1:{self.primary.port},127.0.0.1:{self.standby.port}/{database}?targetServerType=primary"

    def ask(self, database, sql):
        return self.primary.ask(database, sql)

    def fail_over(self):
        """The primary is gone, and the standby takes its place."""
        self.primary.kill()
        self.standby.promote()
        self.primary = self.standby


class Standby(Postgres):

    def __init__(self, name, primary):
        self.primary = primary
        super().__init__(name)

    def _make(self):
        self._run("pg_basebackup", "-h", "127.0.0.1", "-p", str(self.primary.port), "-U", "tests", "-R", "-c", "fast", "--no-sync")

    def promote(self):
        self._run("pg_ctl", "promote", "-w")
        self.ask("postgres", "ALTER SYSTEM RESET synchronous_standby_names")  # it stands alone now
        self.ask("postgres", "SELECT pg_reload_conf()")


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
