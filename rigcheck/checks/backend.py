"""The shop's own services: what viewers need to order answers, and soon enough."""

from functools import partial
from typing import cast

from rigcheck import metrics as m
from rigcheck.backend_state import BackendRequest
from rigcheck.check import Check
from rigcheck.measure.backend import measure_backend
from rigcheck.model import Impact, Limit, Metric, Role, Span
from rigcheck.profile import Setting
from rigcheck.uplink import Backend

PATIENCE = 2.0
"""Our own rule: a service that takes twice as long as the room allows is as good as none."""
LEAST_LIMIT_S = 5.0


def ask_backend(setting: Setting, name: str) -> BackendRequest:
    """One GET; a service is waited for longer than it may take, to tell a slow one from a dead one."""
    service = cast("Backend", setting.device("backend", name))
    return BackendRequest(name, service.url, max(LEAST_LIMIT_S, service.within_ms / 1000 * PATIENCE + 1))


def limit_latency(setting: Setting, name: str, metric: Metric) -> Limit | None:
    """What the profile allows this service; up to twice as much only warns."""
    del metric
    if name not in setting.names("backend"):
        return None
    within_ms = cast("Backend", setting.device("backend", name)).within_ms
    return Limit(Span(None, within_ms), Span(None, within_ms * PATIENCE))


_check = partial(Check, section="backend", ask=ask_backend, measure=measure_backend, who=Role.SITE, minutes=10)

BACKEND_CHECKS: tuple[Check, ...] = (
    _check(id="backend.answers", metrics=(m.BACKEND_OK,), impact=Impact.STOP),
    _check(id="backend.latency", metrics=(m.BACKEND_LATENCY,), impact=Impact.DEGRADE, limit_of=limit_latency),
)
