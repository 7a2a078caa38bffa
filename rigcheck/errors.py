"""What can go wrong, as values: every error is a Message and an exit code; only the command line puts it into words."""

from __future__ import annotations

from enum import IntEnum

from rigcheck.model import Message, Params, Reason, Status


class Exit(IntEnum):
    """Process exit codes: 0-3 are the Nagios numbers of a verdict, the rest is why there is no verdict."""

    OK = 0
    WARN = 1
    FAIL = 2
    UNKNOWN = 3
    USAGE = 64
    BUG = 70
    BAD_INPUT = 78
    INTERRUPTED = 130
    TERMINATED = 143


VERDICTS = {Status.OK: Exit.OK, Status.WARN: Exit.WARN, Status.FAIL: Exit.FAIL}


def exit_of(status: Status, *, warn_ok: bool = False) -> Exit:
    """The exit code of a run's status (the Nagios numbers); `warn_ok` turns a warning's into 0."""
    return Exit.OK if warn_ok and status is Status.WARN else VERDICTS.get(status, Exit.UNKNOWN)


class RigcheckError(Exception):
    """An error that ends the run: `message` says what happened and what to do next."""

    exit_code = Exit.BUG

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class UsageError(RigcheckError):
    """The command was asked for something that does not exist or does not fit together."""

    exit_code = Exit.USAGE


class BadInputError(RigcheckError):
    """A profile or a replay input is missing, damaged, hostile or not what it should be."""

    exit_code = Exit.BAD_INPUT


class UnwritableError(RigcheckError):
    """A file that was asked for cannot be written: full disk, read-only folder."""

    exit_code = Exit.USAGE

    @classmethod
    def of(cls, place: object, error: OSError) -> UnwritableError:
        """What the system said of writing to this place."""
        what = {"path": str(place), "error": error.strerror or str(error)}
        return cls(Message("error.output.unwritable", what))


class BusyError(RigcheckError):
    """Another run is measuring on this computer."""

    exit_code = Exit.UNKNOWN


class StoppedError(RigcheckError):
    """A signal ended the run; its report has been written as far as it went."""

    def __init__(self, message: Message, exit_code: Exit) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class NotSeen(Exception):  # noqa: N818 - an outcome of looking, not an error of the program
    """A Source could not see what was asked for; the checks that wanted it become UNKNOWN (or SKIP) with this reason."""

    def __init__(self, reason: Reason, params: Params | None = None) -> None:
        super().__init__(reason, params)
        self.reason = reason
        self.params: Params = dict(params or {})

    def __reduce__(self) -> tuple[type[NotSeen], tuple[Reason, Params]]:
        return NotSeen, (self.reason, self.params)
