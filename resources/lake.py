"""The lake as Dagster hands it to assets and checks."""

import dagster as dg

from lake.store import Lake
from resources.settings import load_settings


class LakeResource(dg.ConfigurableResource):
    """Opens the lake under LINERNOTES_HOME."""

    def open(self) -> Lake:
        """Return the lake; nothing is touched until it is read or written."""
        return Lake(load_settings().home)
