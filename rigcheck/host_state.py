"""The streaming PC: Request and Sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rigcheck.request import Request


@dataclass(frozen=True, slots=True)
class HostRequest(Request):
    """The state of this computer over `seconds`."""

    kind: ClassVar[str] = "host"
    record_to: str | None = None
    seconds: float = 1.0

    @property
    def deadline_s(self) -> float:
        """System tools (sleep, clock) may each take a second."""
        return self.seconds + 7.0


@dataclass(frozen=True, slots=True, eq=False)
class HostState:
    """The computer's own figures. None: this system does not say."""

    kind: ClassVar[str] = "host"
    cpu_pct: float | None = None
    gpu_pct: float | None = None
    cpu_pressure_pct: float | None = None  # PSI some avg10
    memory_available_mb: float | None = None
    disk_free_gb: float | None = None
    throttled: bool | None = None
    temperature_c: float | None = None
    clock_offset_ms: float | None = None
    sleep_after_min: float | None = None
    never_sleeps: bool | None = None
    reboot_pending: bool | None = None
    on_battery: bool | None = None
