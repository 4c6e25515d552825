"""What every asset says of itself in Dagster: description, owner, columns, versions."""

import dagster as dg

from ingest_assets.file_asset import FileAsset
from ingest_assets.partitions import FILES
from lake.tables import TABLES

OWNER = "team:linernotes"
GROUP = "ingest"
POLICY = dg.BackfillPolicy.multi_run(max_partitions_per_run=200)
"""UI ranges and backfills become runs of at most so many files."""


def spec_of(asset: FileAsset, *, group: str = GROUP) -> dg.AssetSpec:
    """Return what Dagster knows of an asset."""
    return dg.AssetSpec(
        asset.name,
        deps=list(asset.upstream),
        description=asset.description,
        group_name=group,
        owners=[OWNER],
        kinds={"duckdb", "parquet"},
        code_version=asset.code_version,
        partitions_def=FILES,
        metadata={
            "dagster/table_name": f"lake.main.{asset.name}",
            "dagster/column_schema": column_schema(asset.name),
        },
    )


def column_schema(table: str) -> dg.TableSchema:
    """Return a table's columns as Dagster shows them."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(column.name, type=column.type, description=column.meaning)
            for column in TABLES[table].columns
        ]
    )
