"""Which profile is meant: a file, a name, the environment's, or the only one of the user's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import rigcheck
from rigcheck.errors import BadInputError, UsageError
from rigcheck.model import Message

HOMELESS = Path("/nonexistent")
"""The home that Debian gives to users without one."""
ENDINGS = (".yaml", ".yml")


def user_profile_dir() -> Path:
    """The user's configuration folder, where `rigcheck profile new` writes; one that is not, for who has no home."""
    from platformdirs import user_config_path  # noqa: PLC0415 - loaded only where the folder is wanted

    try:
        folder = user_config_path("rigcheck", appauthor=False)
    except RuntimeError:  # a service's user, without HOME
        return HOMELESS
    return folder if folder.is_absolute() else HOMELESS


def shipped_profile_dirs() -> tuple[Path, ...]:
    """The profiles in the package; of an editable install those beside it."""
    package = Path(rigcheck.__file__).parent
    packed, beside = package / "data" / "profiles", package.parent / "profiles"
    return (packed,) if packed.is_dir() else (beside,)


def find_profile(
    given: str | None, *, env: Mapping[str, str], cwd: Path, user_dir: Path, shipped_dirs: Iterable[Path]
) -> Path | None:
    """The file of the profile that is meant; None: built-in defaults.

    `given`, else $RIGCHECK_PROFILE, is a file or a name in ./profiles, the user's folder or the package, in this order;
    without either it is the only one in the user's folder. Raises BadInputError where there is none of that name,
    UsageError where the user's folder has several.
    """
    wanted = given if given is not None else env.get("RIGCHECK_PROFILE") or None
    if wanted is None:
        return _only_one(user_dir)
    if (cwd / wanted).is_file():
        return cwd / wanted
    places = (cwd / "profiles", user_dir, *shipped_dirs)
    named = _named(wanted, places)
    if named is None and not _looks_like_file(wanted, cwd):
        known = sorted({path.stem for place in places for path in _profiles_in(place)})
        raise BadInputError(Message("error.profile.missing", {"name": wanted, "known": tuple(known)}))
    return named or cwd / wanted  # a file that is not there: load_profile says so


def _only_one(user_dir: Path) -> Path | None:
    found = _profiles_in(user_dir)
    if len(found) > 1:
        names = tuple(path.stem for path in found)
        raise UsageError(Message("error.profile.several", {"names": names, "path": str(user_dir)}))
    return found[0] if found else None


def _named(name: str, places: Iterable[Path]) -> Path | None:
    files = (path for place in places for path in _profiles_in(place))
    return next((path for path in files if name in (path.stem, path.name)), None)


def _looks_like_file(wanted: str, cwd: Path) -> bool:
    return wanted.endswith(ENDINGS) or "/" in wanted or "\\" in wanted or (cwd / wanted).exists()


def _profiles_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in ENDINGS and path.is_file())
    except OSError:  # not there, or not ours to read
        return []
