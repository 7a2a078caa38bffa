"""The numbered faults of a report: what `rigcheck explain 2` and the table call number 2."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rigcheck.checks import ALL_CHECKS
from rigcheck.model import Finding, Status

_SECTIONS = {check.id: check.section for check in ALL_CHECKS}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to see to. A device that is not seen is one fault, however many checks had a use for it."""

    number: int
    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The finding that speaks: the gravest."""
        return self.findings[0]


def numbered_faults(findings: Iterable[Finding]) -> tuple[Fault, ...]:
    """Faults, things not seen and warnings, in the report's order, from 1; what is waived has no number."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        if finding.waiver is None and finding.status in (Status.FAIL, Status.UNKNOWN, Status.WARN):
            groups.setdefault(_cause(finding), []).append(finding)
    return tuple(Fault(number, tuple(group)) for number, group in enumerate(groups.values(), 1))


def _cause(finding: Finding) -> tuple[object, ...]:
    """Findings with one cause: the same device, not seen for the same reason."""
    if finding.status is not Status.UNKNOWN:
        return finding.check, finding.device
    section = _SECTIONS.get(finding.check, finding.check.partition(".")[0])
    return section, finding.device, finding.reason, repr(sorted(finding.message.params.items()))
