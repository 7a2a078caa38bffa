"""YAML -> values, all errors at once, each with file:line:column and a hint (the only yaml and pydantic)."""

from rigcheck.loading.dump import dump_profile
from rigcheck.loading.find import find_profile, shipped_profile_dirs, user_profile_dir
from rigcheck.loading.issue import Issue, ProfileError
from rigcheck.loading.limits import load_limit_sources, load_limits
from rigcheck.loading.load import Examined, examine_profile, load_profile
from rigcheck.loading.package import read_package_yaml
from rigcheck.loading.platforms import load_platforms
from rigcheck.loading.schema import PROFILE_SCHEMA, REPORT_SCHEMA, profile_schema, profile_schema_text

__all__ = [
    "PROFILE_SCHEMA",
    "REPORT_SCHEMA",
    "Examined",
    "Issue",
    "ProfileError",
    "dump_profile",
    "examine_profile",
    "find_profile",
    "load_limit_sources",
    "load_limits",
    "load_platforms",
    "load_profile",
    "profile_schema",
    "profile_schema_text",
    "read_package_yaml",
    "shipped_profile_dirs",
    "user_profile_dir",
]
