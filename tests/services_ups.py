"""A UPS that can be told to test its battery: NUT's real server and serial driver, and at the other end of the wire us.

The device speaks Megatec's protocol (Q1, F, I, T, CT) over a pseudo terminal, as cheap UPSes do over their cable.
"""

from __future__ import annotations

import os
import pty
import select
import threading
import time
import tty
from pathlib import Path
from types import TracebackType
from typing import Self

from services_nut import UPSD, Upsd, wait_for

DRIVER = Path("/lib/nut/blazer_ser")
AVAILABLE = UPSD.exists() and DRIVER.exists()
QUICK_S = 30.0
"""How long its quick test takes: longer than any test here waits, so that who sees it end has ended it."""


class Device:
    """The UPS itself. `orders` are the commands it was sent, but for those that only read."""

    def __init__(self) -> None:
        self.volts, self.load, self.flags = 27.4, 35, 0
        self.orders: list[str] = []
        self._testing_until_s = 0.0
        self._ours, theirs = pty.openpty()
        tty.setraw(theirs)
        self._theirs, self.port = theirs, os.ttyname(theirs)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._talk)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._done.set()
        self._thread.join()
        os.close(self._ours)
        os.close(self._theirs)

    def _talk(self) -> None:
        heard = b""
        while not self._done.is_set():
            if select.select([self._ours], [], [], 0.1)[0]:
                heard += os.read(self._ours, 256)
            while b"\r" in heard:
                line, _, heard = heard.partition(b"\r")
                os.write(self._ours, self._answer(line.decode("ascii", "replace")))

    def _answer(self, line: str) -> bytes:
        match line:
            case "Q1":
                return self._status()
            case "F":
                return b"#230.0 002 024.0 50.0\r"
            case "I":
                return b"#RIG WORKS       RIG-1000   V1.0      \r"
        self.orders.append(line)
        if line.startswith("T"):
            self._testing_until_s = time.monotonic() + QUICK_S
        elif line == "CT":
            self._testing_until_s = 0.0
        return b""

    def _status(self) -> bytes:
        """Bits: utility fail, battery low, bypass, failed, standby type, test in progress, shutdown, beeper."""
        testing = time.monotonic() < self._testing_until_s
        bits = self.flags | (0b10000100 if testing else 0) | 1
        return f"(230.4 230.4 230.4 {self.load:03d} 50.0 {self.volts:.1f} 25.0 {bits:08b}\r".encode()


class TestableUpsd(Upsd):
    """NUT with that device behind its driver. Users: `drill` may test, `half` may only stop, `nobody` may nothing."""

    __test__ = False  # no test of pytest's
    driver = DRIVER

    def __init__(self, device: Device) -> None:
        super().__init__({"ups.status": "OL"})
        self.device = device

    def _configure(self) -> None:
        super()._configure()
        (self.folder / "ups.conf").write_text(
            f"[room1]\n driver=blazer_ser\n port={self.device.port}\n pollinterval=1\n"
            " default.battery.voltage.high=27.4\n default.battery.voltage.low=21.0\n"
        )
        (self.folder / "upsd.users").write_text(
            '[drill]\n password="se cret\\\\"\n instcmds=test.battery.start.quick\n instcmds=test.battery.stop\n'
            "[half]\n password=y\n instcmds=test.battery.stop\n[nobody]\n password=z\n"
        )

    def wait_until(self, status: str) -> None:
        """Wait until the server passes a status on."""
        wait_for(lambda: self._says("ups.status", status))
