"""docker-compose.yml and the Dockerfile in a copy of the project, run by the engine of e2e/engine."""
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from servers.process import DATA, INSTALLED, LOGS, free_port, until

PROJECT = Path(__file__).parents[2]


class Engine:

    def __init__(self):
        if os.getuid() != 0:
            pytest.skip("a container engine within the tests needs root")
        made = subprocess.run([PROJECT / "e2e/engine", "install"], capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        programs = DATA / "engine"
        programs.mkdir()
        build = '--network host --volume "${HOME:?}/.m2/repository:/root/.m2/repository"'  # what Maven has here, it need not fetch again
        (programs / "docker").write_text(f"""#!/bin/bash
# What the README calls docker: podman, and podman-compose, which finds no terminal here.
compose() {{ exec "{PROJECT}/e2e/engine" run "{INSTALLED}/containers/bin/podman-compose" --podman-build-args '{build.replace('"${HOME:?}', os.environ["HOME"]).replace('"', '')}' "$@"; }}
case "$1" in
  compose) [ "$2" = exec ] && compose exec -T "${{@:3}}" || compose "${{@:2}}" ;;
  build)   exec "{PROJECT}/e2e/engine" run podman build {build} "${{@:2}}" ;;
  *)       exec "{PROJECT}/e2e/engine" run podman "$@" ;;
esac
""")
        (programs / "docker").chmod(0o755)
        self.environment = {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": os.environ["HOME"], "LANG": "C.UTF-8"}

    def clear(self):
        subprocess.run([PROJECT / "e2e/engine", "clear"], check=True)


class Clone:
    """A fresh copy of the project; what is run there is run as the README says it, by a shell."""

    def __init__(self, engine, name):
        self.engine = engine
        self.folder = DATA / name
        self.log = LOGS / f"{name}.log"
        self.port, self.matrix_port = free_port(), free_port()
        files = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=PROJECT, capture_output=True, check=True).stdout
        for file in filter(None, files.decode().split("\0")):
            if (PROJECT / file).exists():
                (self.folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(PROJECT / file, self.folder / file)
        (self.folder / "matrix_client_data").chmod(0o755)

    def run(self, script, exit_code=0, seconds=600):
        """What it prints on standard output; all of it goes to the log."""
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=self.folder, env=self.engine.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=seconds)
        with open(self.log, "a") as log:
            log.write(f"$ {script}\n{done.stdout}{done.stderr}\n")
        assert exit_code in (None, done.returncode), f"{script}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout if exit_code == 0 else done.stdout + done.stderr

    def set(self, **variables):
        """At the end of .env, where the last value counts."""
        with open(self.folder / ".env", "a") as env:
            env.writelines(f"{name}={value}\n" for name, value in variables.items())

    def publish_on_free_ports(self):
        self.set(API_PORT=self.port, SYNAPSE_PORT=self.matrix_port, HOST_GATEWAY="192.0.2.1")

    def at_its_ports(self, script):
        """A script of the README, which names the default ports on this machine."""
        return script.replace("localhost:8008/health", f"localhost:{self.matrix_port}/health").replace("matrix=http://localhost:8008", f"matrix=http://localhost:{self.matrix_port}") \
            .replace("localhost:8004", f"localhost:{self.port}")

    def router(self, command, exit_code=0):
        return self.run(f"docker compose exec router router {command}", exit_code)

    def inspect(self, service, template):
        name = self.run(f"docker ps --all --filter name={self.folder.name}_{service}_1 --format '{{{{.Names}}}}'").strip()
        return self.run(f"docker inspect --format '{template}' {name}").strip()

    def ready(self):
        """Asks the image's own check: the engine does so by itself only where there is systemd."""
        until("the router to be healthy", 120, lambda: "passed" in self.run(
            f"docker healthcheck run {self.folder.name}_router_1 > /dev/null && echo passed || echo failed"), pause=0.5)

    def drop(self, mappings):
        draft = self.folder / "matrix_client_data/draft"
        draft.write_text(mappings)
        draft.rename(draft.with_name("agent_user_mappings.json"))


def readme_blocks():
    """The commands of README's chapter about containers, block by block."""
    chapter = re.search(r"\n### In containers\n(.*?)\n##+ ", (PROJECT / "README.md").read_text(), re.DOTALL)[1]
    return re.findall(r"^```\n(.*?)^```$", chapter, re.DOTALL | re.MULTILINE)
