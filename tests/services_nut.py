"""A real NUT server of our own: `upsd` and a `dummy-ups` driver in a private folder, on a free port."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

UPSD, DRIVER = Path("/lib/nut/upsd"), Path("/lib/nut/dummy-ups")  # Debian's `upsd` command refuses without nut.conf
AVAILABLE = UPSD.exists() and DRIVER.exists() and shutil.which("upsrw") is not None
ONLINE = {
    "ups.status": "OL",
    "battery.charge": "100",
    "battery.charge.low": "20",
    "battery.runtime": "1800",
    "ups.load": "35",
    "input.voltage": "230.4",
    "ups.mfr": 'Rig "works" \\ sons',
}
READY_S = 10.0


def wait_for(happened: Callable[[], bool], limit_s: float = READY_S) -> None:
    """Look every 50 ms until it happened."""
    end = time.monotonic() + limit_s
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.05)


class Upsd:
    """A running server with one UPS, `room1`. Everything it says can be changed and broken while it runs."""

    driver = DRIVER

    def __init__(self, variables: dict[str, str] = ONLINE) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nut"))
        self.variables = dict(variables)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    @property
    def address(self) -> str:
        return f"room1@127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        try:
            self._configure()
            self._start()
            wait_for(lambda: self._says("ups.status", self.variables["ups.status"]))
        except BaseException:
            self._clean_up()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._clean_up()

    def setting(self, variable: str, value: str) -> list[str]:
        """The command that changes what the UPS says, and returns when that is so."""
        return ["upsrw", "-w", "-s", f"{variable}={value}", "-u", "admin", "-p", "x", self.address]

    def set(self, variable: str, value: str) -> None:
        """Change what the UPS says and wait until the server passes it on."""
        command = self.setting(variable, value)
        subprocess.run(command, check=True, capture_output=True, env=self._environment(), timeout=READY_S)
        wait_for(lambda: self._says(variable, value))

    def kill_driver(self) -> None:
        """The driver dies; returns when the server has noticed."""
        os.kill(self._pid("dummy-ups-room1"), signal.SIGKILL)
        wait_for(lambda: self.ask("LIST VAR room1").startswith("ERR"))

    def kill(self) -> None:
        """The server dies."""
        os.kill(self._pid("upsd"), signal.SIGKILL)
        wait_for(lambda: not self._answers())

    def hang(self) -> None:
        """The server stops, with its door open."""
        os.kill(self._pid("upsd"), signal.SIGSTOP)

    def resume(self) -> None:
        """The server goes on."""
        os.kill(self._pid("upsd"), signal.SIGCONT)

    def ask(self, line: str) -> str:
        """The server's whole answer to a LIST or an error; empty when nobody is there."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as link, link.makefile("rw") as talk:
                talk.write(f"{line}\n")
                talk.flush()
                return "".join(_until_end(talk))
        except OSError:
            return ""

    def _configure(self) -> None:
        (self.folder / "run").mkdir(mode=0o700)
        files = {
            "ups.conf": "[room1]\n driver=dummy-ups\n port=room1.dev\n mode=dummy-once\n desc=Room\n",
            "upsd.conf": f"LISTEN 127.0.0.1 {self.port}\nMAXAGE 15\nSTATEPATH {self.folder}/run\n",
            "upsd.users": "[admin]\n password=x\n actions=SET\n actions=FSD\n instcmds=ALL\n",
            "room1.dev": "".join(f"{name}: {value}\n" for name, value in self.variables.items()),
        }
        for name, text in files.items():
            path = self.folder / name
            path.write_text(text)
            path.chmod(0o600)

    def _start(self) -> None:
        as_root = ["-u", "root"] if os.geteuid() == 0 else []
        for command in ([str(self.driver), *as_root, "-a", "room1"], [str(UPSD), *as_root]):
            subprocess.run(
                command,
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=self._environment(),
                timeout=READY_S,
            )

    def _environment(self) -> dict[str, str]:
        run = str(self.folder / "run")
        return os.environ | {"NUT_CONFPATH": str(self.folder), "NUT_STATEPATH": run, "NUT_ALTPIDPATH": run}

    def _pid(self, name: str) -> int:
        return int((self.folder / "run" / f"{name}.pid").read_text())

    def _says(self, variable: str, value: str) -> bool:
        return f'VAR room1 {variable} "{value}"\n' in self.ask("LIST VAR room1")

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _clean_up(self) -> None:
        for path in (self.folder / "run").glob("*.pid"):
            try:
                os.kill(int(path.read_text()), signal.SIGKILL)
            except (ProcessLookupError, ValueError):
                continue
        shutil.rmtree(self.folder, ignore_errors=True)


def _until_end(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line
        if line.startswith(("END", "ERR")):
            return
