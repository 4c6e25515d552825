"""Pieces of SQL that several views are made of."""

from collections.abc import Collection, Mapping
from uuid import UUID

from lake.declarations import PROVENANCE, Table
from music.ticks import TICKS_PER_SECOND

NAMESPACE = UUID("6a4ee2a5-7d0a-5d5c-9d1b-0e2f1c6b9f43")
"""Ids of things in views are UUIDs of version 5 in this namespace: the same thing, the same id, in every lake."""


def columns_sql(table: Table, *, without: Collection[str] = (), instead: Mapping[str, str] | None = None) -> str:
    """Return a table's own columns for a select, seconds beside ticks.

    Args:
        table: The table, under its own name in the select.
        without: Columns to leave out.
        instead: By column, the expression that stands for it.
    """
    left_out = {column.name for column in PROVENANCE}.union(without)
    parts: list[str] = []
    for name in [column.name for column in table.columns if column.name not in left_out]:
        source = (instead or {}).get(name, f"{table.name}.{name}")
        parts.append(f"{source} as {name}")
        if name.endswith("_ticks"):
            parts.append(seconds_sql(source, name.removesuffix("_ticks")))
    return ",\n    ".join(parts)


def seconds_sql(ticks: str, name: str) -> str:
    """Return an expression for ticks as seconds, under `<name>_seconds`."""
    return f"({ticks}) / {TICKS_PER_SECOND} as {name}_seconds"


def uuid_sql(name: str, *, namespace: str = f"unhex('{NAMESPACE.hex}')") -> str:
    """Return an expression for the UUID of version 5 (RFC 9562) that stands for a text.

    Args:
        name: An expression for the text.
        namespace: An expression for the 16 bytes of the namespace.
    """
    digest = f"sha1({namespace} || encode({name}))"
    variant = f"substr('89ab89ab89ab89ab', instr('0123456789abcdef', substr({digest}, 17, 1)), 1)"
    parts = f"substr({digest}, 1, 12) || '5' || substr({digest}, 14, 3) || {variant} || substr({digest}, 18, 15)"
    return f"({parts})::uuid"


def uuid_bytes_sql(uuid: str) -> str:
    """Return an expression for the 16 bytes of a UUID."""
    return f"unhex(replace({uuid}::varchar, '-', ''))"
