"""The streaming PC: room to breathe for the show's length, and whether a show is going out already."""

from functools import partial

from rigcheck import metrics as m
from rigcheck.check import Check
from rigcheck.checks.network import ask_uplink, line_of
from rigcheck.checks.route import obs_address
from rigcheck.measure.host import measure_host, measure_on_air
from rigcheck.model import Impact, Limit, Metric, Span
from rigcheck.profile import Setting
from rigcheck.samples import HostRequest, OnAirRequest

SPARE = 1.2
"""Our own rule: a fifth more disk than the recording needs, for the odd peak and the second take."""


def ask_host(setting: Setting, name: str) -> HostRequest:
    """The computer's figures over one second."""
    return HostRequest(name, setting.profile.host.record_to)


def ask_on_air(setting: Setting, name: str) -> OnAirRequest:
    """A look at the programs that can push a stream, and at who sends to an ingest; the show's OBS is asked."""
    push = setting.profile.push
    ingests = tuple(ingest.url for ingest in push.ingests().values() if ingest.url is not None)
    shared = [line for line in setting.names("network") if line_of(setting, line).shared]
    line = ask_uplink(setting, shared[0]) if shared else None
    return OnAirRequest(name, obs_address(setting), ingests, (push.test.url,) if push.test else (), line)


def limit_disk(setting: Setting, name: str, metric: Metric) -> Limit:
    """Room for the show's recording, kbit/s x hours, and a fifth more; half an hour's worth less only warns."""
    del name, metric
    show_gb = setting.profile.host.record_kbps * setting.profile.show.hours * 3600 / 8 / 1e6
    return Limit(ok=Span(round(show_gb * SPARE, 1), None), warn=Span(round(show_gb, 1), None))


def limit_sleep(setting: Setting, name: str, metric: Metric) -> Limit:
    """The computer must not fall asleep within the show."""
    del name, metric
    return Limit(ok=Span(setting.profile.show.hours * 60, None))


_check = partial(Check, section="host", ask=ask_host, measure=measure_host, impact=Impact.DEGRADE)

HOST_CHECKS: tuple[Check, ...] = (
    _check(id="host.on_air", ask=ask_on_air, measure=measure_on_air, metrics=(m.HOST_ON_AIR,)),
    _check(id="host.cpu", metrics=(m.HOST_CPU,), minutes=2),
    _check(id="host.pressure", metrics=(m.HOST_PRESSURE,), minutes=2),
    _check(id="host.gpu", metrics=(m.HOST_GPU,), minutes=2),
    _check(id="host.memory", metrics=(m.HOST_MEMORY,), minutes=2),
    _check(id="host.disk", metrics=(m.HOST_DISK,), limit_of=limit_disk, minutes=5),
    _check(id="host.battery", metrics=(m.HOST_ON_BATTERY,), minutes=1),
    _check(id="host.sleep", metrics=(m.HOST_SLEEP,), limit_of=limit_sleep, minutes=1),
    _check(id="host.throttled", metrics=(m.HOST_THROTTLED,), minutes=5),
    _check(id="host.temperature", metrics=(m.HOST_TEMPERATURE,), minutes=5),
    _check(id="host.clock", metrics=(m.HOST_CLOCK,), minutes=2),
    _check(id="host.reboot", metrics=(m.HOST_REBOOT,), minutes=10),
)
