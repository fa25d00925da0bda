"""Whether the packages of the extra `taskyard[local]` are installed, asked without importing them."""

from __future__ import annotations

from importlib.util import find_spec

from taskyard.models.contract import Availability


def needs(*packages: str) -> Availability:
    """Say whether these packages are installed, and how to get them when they are not."""
    missing = [package for package in packages if find_spec(package) is None]
    if not missing:
        return Availability(available=True)
    return Availability(
        available=False, reason=f"{' and '.join(missing)} is not installed: pip install 'taskyard[local]'."
    )
