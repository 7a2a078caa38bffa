"""Which profile is meant."""

import pytest
from profile_text import issues

from rigcheck.errors import BadInputError, UsageError
from rigcheck.loading import find_profile


@pytest.mark.parametrize(
    "given",
    ["room", "room.yaml", None],
)
def test_a_profile_is_a_file_or_a_name_near_by_first(tmp_path, given: str | None) -> None:
    here, user, shipped = tmp_path / "profiles", tmp_path / "user", tmp_path / "shipped"
    for folder in (here, user, shipped):
        folder.mkdir()
    places = {"cwd": tmp_path, "user_dir": user, "shipped_dirs": (tmp_path / "none", shipped)}
    env = {"RIGCHECK_PROFILE": "room"} if given is None else {}
    (shipped / "room.yaml").touch()
    assert find_profile(given, env=env, **places) == shipped / "room.yaml"
    (user / "room.yaml").touch()
    assert find_profile(given, env=env, **places) == user / "room.yaml"
    (here / "room.yaml").touch()
    assert find_profile(given, env=env, **places) == here / "room.yaml"
    assert find_profile(str(user / "room.yaml"), env=env, **places) == user / "room.yaml"


def test_without_a_name_the_only_one_of_the_user_is_meant(tmp_path) -> None:
    user, shipped = tmp_path / "user", tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "a.yaml").touch()
    places = {"env": {"RIGCHECK_PROFILE": ""}, "cwd": tmp_path, "user_dir": user, "shipped_dirs": (shipped,)}
    assert find_profile(None, **places) is None
    user.mkdir()
    (user / "notes.txt").touch()
    assert find_profile(None, **places) is None
    (user / "b.yml").touch()
    assert find_profile(None, **places) == user / "b.yml"
    (user / "c.yaml").touch()
    with pytest.raises(UsageError) as caught:
        find_profile(None, **places)
    assert caught.value.message.params["names"] == ("b", "c")


def test_a_name_that_is_not_there_lists_those_that_are(tmp_path) -> None:
    (tmp_path / "a.yaml").touch()
    places = {"env": {}, "cwd": tmp_path, "user_dir": tmp_path, "shipped_dirs": ()}
    with pytest.raises(BadInputError) as caught:
        find_profile("b", **places)
    assert caught.value.message.params == {"name": "b", "known": ("a",)}
    gone = find_profile("b.yaml", **places)
    assert gone is not None
    assert issues(gone) == ["b.yaml: is not there"]
