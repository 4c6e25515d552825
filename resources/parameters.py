"""What can be set about the analysis: `parameters.toml` under LINERNOTES_HOME, and nowhere else.

    [segments]                      # a table for each asset; what is not written has its default
    minimum_silence_seconds = 0.7

    ["Vinyl/**"]                    # for the files in folders called Vinyl
    medium = "Vinyl"                # a key that only one asset has

    ["Tapes/**".segments]           # the same, with the asset's name
    preset = "Cassette with Dolby"  # a set of values by name, in place of those above

A pattern begins with the name of a library, or at any folder below one; `*` and `**` stand for any characters,
all others for themselves. Of several patterns that match a file the last one counts, over the asset's own table.
Patterns mean the same to `Parameters.of` and to GLOB in SQL over `library || '/' || path`.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

ParameterSet: TypeAlias = Any
"""An instance of one of the frozen dataclasses that `load_parameters` is given; it checks its own ranges."""
PRESET = "preset"
"""The key that names one of the dataclass' PRESETS, where it has any."""


class ParametersError(Exception):
    """parameters.toml says something that cannot be done; the message names the file, table, key and value."""


@dataclass(frozen=True, slots=True)
class _Override:
    pattern: str
    parameters: ParameterSet

    @property
    def globs(self) -> tuple[str, str]:
        """The patterns over `library/path` that it stands for."""
        return self.pattern, f"*/{self.pattern}"


@dataclass(frozen=True, slots=True)
class _AssetParameters:
    base: ParameterSet
    overrides: tuple[_Override, ...]
    """As they stand in the file: the last one that matches counts."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of every asset for every file."""

    _assets: Mapping[str, _AssetParameters]

    def of(self, asset: str, *, library: str, path: str) -> ParameterSet:
        """Return the parameters of an asset for one file."""
        full = f"{library}/{path}"
        for override in reversed(self._assets[asset].overrides):
            if any(fnmatchcase(full, glob) for glob in override.globs):
                return override.parameters
        return self._assets[asset].base

    def hash_of(self, asset: str, *, library: str, path: str) -> str:
        """Return the hash of an asset's parameters for one file."""
        return parameters_hash(self.of(asset, library=library, path=path))

    def versions(self, asset: str) -> tuple[tuple[int, str, str], ...]:
        """Return priority, GLOB pattern over `library/path`, and hash; the highest that matches a file counts."""
        parameters = self._assets[asset]
        rows = [("*", parameters.base)]
        rows += [(glob, override.parameters) for override in parameters.overrides for glob in override.globs]
        return tuple((rank, glob, parameters_hash(chosen)) for rank, (glob, chosen) in enumerate(rows))


def parameters_hash(parameters: ParameterSet) -> str:
    """Return a hash over all values, the same wherever and whenever it is made."""
    text = json.dumps(asdict(parameters), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def load_parameters(file: Path, assets: Mapping[str, type]) -> Parameters:
    """Read the parameters of all assets; the defaults where there is no file.

    Args:
        file: `parameters.toml`.
        assets: The dataclass of each asset that has parameters. Presets are its class attribute PRESETS, a
            mapping of names to values of fields.

    Raises:
        ParametersError: The file cannot be read, or something in it cannot be used.
    """
    tables = _read(file)
    overrides: dict[str, list[tuple[_Place, dict[str, Any]]]] = {asset: [] for asset in assets}
    for name, table in tables.items():
        place = _Place(file, name)
        _check_table(place, table, assets)
        if name not in assets:
            for asset, own in _by_asset(place, table, assets).items():
                overrides[asset].append((place, own))
    return Parameters(
        {
            asset: _asset_parameters(_Place(file, asset), tables.get(asset, {}), overrides[asset], made_of)
            for asset, made_of in assets.items()
        }
    )


@dataclass(frozen=True, slots=True)
class _Place:
    file: Path
    table: str

    def error(self, what: str, *, key: str | None = None, value: object = None) -> ParametersError:
        at = f"{self.file}: table [{_quoted(self.table)}]"
        if key is not None:
            at += f", {key} = {value!r}"
        return ParametersError(f"{at}: {what}")


def _quoted(table: str) -> str:
    return table if re.fullmatch(r"[\w-]+", table) else f'"{table}"'


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            return tomllib.load(opened)
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise ParametersError(f'{file} is no TOML: {error}. Patterns are quoted: ["Vinyl/**"]') from error
    except (OSError, UnicodeDecodeError) as error:
        raise ParametersError(f"{file} cannot be read: {error}") from error


def _check_table(place: _Place, table: object, assets: Mapping[str, type]) -> None:
    name = place.table
    if not isinstance(table, dict):
        somewhere = ", ".join(f"[{asset}]" for asset in assets)
        raise ParametersError(f"{place.file}: {name} = {table!r} is no table; keys stand under one of {somewhere}")
    if name in assets:
        return
    if not any(character in name for character in "*/"):
        raise place.error(f'there is no such asset, {_nearest(name, assets)} For a folder write ["{name}/**"].')
    if name.startswith("/") or name.endswith("/") or "\\" in name:
        raise place.error("a pattern begins with a library or a folder below one, as in Vinyl/**")


def _by_asset(place: _Place, table: Mapping[str, Any], assets: Mapping[str, type]) -> dict[str, dict[str, Any]]:
    """Return what a pattern's table says, for each asset that it speaks of."""
    own: dict[str, dict[str, Any]] = {}
    for key, value in table.items():
        if isinstance(value, dict) and key in assets:
            own.setdefault(key, {}).update(value)
        else:
            asset = _only_asset(place, key, value, assets)
            own.setdefault(asset, {})[key] = value
    return own


def _only_asset(place: _Place, key: str, value: object, assets: Mapping[str, type]) -> str:
    owners = [asset for asset, made_of in assets.items() if _knows(made_of, key, value)]
    if len(owners) == 1:
        return owners[0]
    if owners:
        named = " or ".join(f"[{_quoted(place.table)}.{asset}]" for asset in owners)
        raise place.error(f"several assets have it; write it under {named}", key=key, value=value)
    if key == PRESET:
        names = [name for made_of in assets.values() for name in _presets(made_of)]
        raise place.error(f"there is no such preset, {_nearest(value, names)}", key=key, value=value)
    names = [*assets, *(name for made_of in assets.values() for name in _kinds(made_of))]
    raise place.error(f"no asset has it, {_nearest(key, names)}", key=key, value=value)


def _knows(made_of: type, key: str, value: object) -> bool:
    if key == PRESET:
        return isinstance(value, str) and value in _presets(made_of)
    return key in _kinds(made_of)


def _presets(made_of: type) -> Mapping[str, Mapping[str, Any]]:
    return getattr(made_of, "PRESETS", {})


def _asset_parameters(
    place: _Place,
    table: Mapping[str, Any],
    overrides: Iterable[tuple[_Place, Mapping[str, Any]]],
    made_of: type,
) -> _AssetParameters:
    base = _changed(place, made_of(), table)
    return _AssetParameters(
        base, tuple(_Override(_as_glob(at.table), _changed(at, base, own)) for at, own in overrides)
    )


def _as_glob(pattern: str) -> str:
    """Return a pattern in which only `*` is special, for fnmatch and for GLOB alike."""
    return re.sub(r"\*+", "*", re.sub(r"[\[?]", r"[\g<0>]", pattern))


def _changed(place: _Place, parameters: ParameterSet, table: Mapping[str, Any]) -> ParameterSet:
    """Return parameters with what a table says; a preset in it takes the place of all that stood before."""
    made_of = type(parameters)
    values = dict(table)
    if PRESET in values:
        preset = values.pop(PRESET)
        if not _knows(made_of, PRESET, preset):
            nearest = _nearest(preset, _presets(made_of))
            raise place.error(f"there is no such preset, {nearest}", key=PRESET, value=preset)
        parameters = made_of(**_presets(made_of)[preset])
    kinds = _kinds(made_of)
    checked: dict[str, Any] = {}
    for key, value in values.items():
        if key not in kinds:
            raise place.error(f"there is no such key, {_nearest(key, kinds)}", key=key, value=value)
        checked[key] = _fitting(place, key, value, kinds[key], getattr(parameters, key))
    try:
        return replace(parameters, **checked)
    except ValueError as error:
        raise place.error(str(error)) from error


def _fitting(place: _Place, key: str, value: Any, kinds: tuple[Any, ...], present: Any) -> Any:  # noqa: ANN401  of any field
    """Return a value of a type that a field takes; a table changes a field that has fields of its own."""
    for kind in kinds:
        if is_dataclass(kind) and isinstance(value, dict):
            return _changed(_Place(place.file, f"{place.table}.{key}"), present, value)
        if type(value) is kind or value in get_args(kind):
            return value
        if kind is float and type(value) is int:
            return float(value)
    wanted = " or ".join(_in_words(kind) for kind in kinds)
    raise place.error(f"wanted is {wanted}", key=key, value=value)


def _kinds(made_of: type) -> dict[str, tuple[Any, ...]]:
    """Return the types that each field takes; TOML cannot write None."""
    hints = get_type_hints(made_of)
    unions = {
        field.name: get_args(hints[field.name])
        if get_origin(hints[field.name]) in {Union, UnionType}
        else (hints[field.name],)
        for field in fields(made_of)
    }
    return {name: tuple(kind for kind in kinds if kind is not NoneType) for name, kinds in unions.items()}


_WORDS = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}


def _in_words(kind: Any) -> str:  # noqa: ANN401  a type, or a Literal, which is none
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(map(repr, get_args(kind)))
    return _WORDS.get(kind, "a table")


def _nearest(value: object, names: Iterable[str]) -> str:
    known = list(dict.fromkeys(names))
    close = get_close_matches(str(value), known, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known) or 'none'}."
