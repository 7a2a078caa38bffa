"""Measures of the streaming PC: its own figures held against what is possible, and whether it is on air."""

from __future__ import annotations

from rigcheck.metrics import (
    HOST_CLOCK,
    HOST_CPU,
    HOST_DISK,
    HOST_GPU,
    HOST_MEMORY,
    HOST_ON_AIR,
    HOST_ON_BATTERY,
    HOST_PRESSURE,
    HOST_REBOOT,
    HOST_SLEEP,
    HOST_TEMPERATURE,
    HOST_THROTTLED,
)
from rigcheck.model import Measurement, Metric, Reason, Span
from rigcheck.profile import Setting
from rigcheck.samples import HostState, OnAirState

_PERCENT = Span(0, 100)
_ANY = Span(None, None)
_POSSIBLE: dict[Metric, Span] = {
    HOST_CPU: _PERCENT,
    HOST_GPU: _PERCENT,
    HOST_PRESSURE: _PERCENT,
    HOST_MEMORY: Span(0, None),
    HOST_DISK: Span(0, None),
    HOST_TEMPERATURE: Span(0, 150),
    HOST_CLOCK: _ANY,
}


def measure_host(state: HostState, setting: Setting, name: str) -> tuple[Measurement, ...]:  # noqa: ARG001 - Measure
    """Every host metric but `host.on_air`, each once: %, MB, GB, °C, ms, min and flags.

    What the system does not say is None with `not-published`, what cannot be (a negative amount of memory) None with
    `junk`. A computer that never sleeps has no `host.sleep_after_min`: reason `no-sleep`.
    """
    return (
        _figure(HOST_CPU, state.cpu_pct),
        _figure(HOST_GPU, state.gpu_pct),
        _figure(HOST_PRESSURE, state.cpu_pressure_pct),
        _figure(HOST_MEMORY, state.memory_available_mb),
        _figure(HOST_DISK, state.disk_free_gb),
        _said(HOST_THROTTLED, state.throttled),
        _figure(HOST_TEMPERATURE, state.temperature_c),
        _figure(HOST_CLOCK, state.clock_offset_ms),
        _sleep(state),
        _said(HOST_REBOOT, state.reboot_pending),
        _said(HOST_ON_BATTERY, state.on_battery),
    )


def measure_on_air(state: OnAirState, setting: Setting, name: str) -> tuple[Measurement, ...]:  # noqa: ARG001 - Measure
    """`host.on_air`: true while a program pushes, unknown (`denied`) while one runs that cannot be asked, else false.

    The names of the programs are in `programs`.
    """
    if state.pushing:
        return (Measurement(HOST_ON_AIR, True, params={"programs": state.pushing}),)
    if state.unasked:
        return (Measurement(HOST_ON_AIR, None, Reason.DENIED, params={"programs": state.unasked}),)
    return (Measurement(HOST_ON_AIR, False),)


def _figure(metric: Metric, value: float | None) -> Measurement:
    if value is None:
        return Measurement(metric, None, Reason.NOT_PUBLISHED)
    return Measurement(metric, float(value)) if value in _POSSIBLE[metric] else Measurement(metric, None, Reason.JUNK)


def _said(metric: Metric, value: bool | None) -> Measurement:
    return Measurement(metric, value, Reason.NOT_PUBLISHED if value is None else None)


def _sleep(state: HostState) -> Measurement:
    if state.sleep_after_min is not None:
        possible = state.sleep_after_min > 0
        return Measurement(HOST_SLEEP, state.sleep_after_min if possible else None)
    return Measurement(HOST_SLEEP, None, Reason.NO_SLEEP if state.never_sleeps else Reason.NOT_PUBLISHED)
