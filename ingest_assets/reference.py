"""README's tables, made from the code: settings, parameters, tables and columns, views, error codes.

`make reference` writes them between their marks; a test holds README to them.
"""

import dataclasses
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ingest_assets.file_parameters import TYPES
from lake.catalog import VIEWS
from lake.tables import TABLES
from music.error_codes import ErrorCode
from resources.settings import PROJECT_ROOT, Settings

README = PROJECT_ROOT / "README.md"


def _cells(rows: Sequence[Sequence[object]]) -> str:
    heading, *rest = rows
    lines = [heading, ["---"] * len(heading), *rest]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def settings_table() -> str:
    """Return the settings with their defaults."""
    rows = [("setting", "default", "what it does")]
    for field in Settings.model_fields.values():
        default = "" if field.default in (None, "") else f"`{field.default}`"
        rows.append((f"`{field.validation_alias}`", default, field.description or ""))
    return _cells(rows)


def parameters_table() -> str:
    """Return the parameters of each asset with their defaults."""
    rows = [("table", "parameter", "default")]
    for asset, kind in TYPES.items():
        rows += [(f"`[{table}]`", f"`{name}`", f"`{value}`") for table, name, value in _parameters(asset, kind())]
    return _cells(rows)


def _parameters(table: str, parameters: Any) -> Iterator[tuple[str, str, object]]:  # noqa: ANN401  of any dataclass
    """Yield table, name and value of each parameter; one that has parameters of its own is a table of its own."""
    inner: list[tuple[str, object]] = []
    for field in dataclasses.fields(parameters):
        value = getattr(parameters, field.name)
        if dataclasses.is_dataclass(value):
            inner.append((f"{table}.{field.name}", value))
        else:
            yield table, field.name, value
    for name, value in inner:
        yield from _parameters(name, value)


def tables_table() -> str:
    """Return every table with its columns."""
    parts: list[str] = []
    for table in TABLES.values():
        rows = [("column", "type", "meaning")]
        rows += [(f"`{column.name}`", column.type, column.meaning) for column in table.columns]
        summary = f"<summary><b>{table.name}</b>: {table.grain}</summary>"
        parts.append(f"<details>{summary}\n\n{_cells(rows)}\n\n</details>")
    return "\n\n".join(parts)


def views_table() -> str:
    """Return every view."""
    return _cells([("view", "what it shows"), *((f"`{view.name}`", view.meaning) for view in VIEWS)])


def codes_table() -> str:
    """Return every error code with its sentence."""
    rows = [("code", "severity", "what it means, what helps")]
    rows += [(f"`{code}`", code.severity, code.sentence) for code in ErrorCode]
    return _cells(rows)


SECTIONS: dict[str, Callable[[], str]] = {
    "settings": settings_table,
    "parameters": parameters_table,
    "tables": tables_table,
    "views": views_table,
    "codes": codes_table,
}


def renewed(text: str) -> str:
    """Return README's text with every made table as the code has it.

    Raises:
        ValueError: A table has no place in the text.
    """
    for name, make in SECTIONS.items():
        begin, end = f"<!-- {name}: made by `make reference` -->", f"<!-- end of {name} -->"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"README has no place for {name}: put {begin} and {end} into it")
        made = f"{begin}\n{make()}\n{end}"
        text = text.replace(pattern.findall(text)[0], made)
    return text


def main(readme: Path = README) -> None:
    """Write README's tables anew."""
    readme.write_text(renewed(readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
