"""How true the analysis is, on a set of audio with known truth; how sure it says it is, and how often that is right."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from benchmarks.listening import TRUTH_SET, Heard, listen
from benchmarks.report import Figure, Matrix, Part
from music.fingerprint_similarity import RECORDING, similarity
from music.fingerprint_text import decode_fingerprint
from music.measurement import PieceFeatures

MUSIC_LISTS, QUICK_MUSIC_LISTS = ("music.csv", "more_music.csv"), ("music.csv",)
NEAR_BPM: Final = 1.5
"""S1-06."""
NEAR_SHARE: Final = 0.04
"""What counts as the same tempo."""
PITCH_CLASSES: Final = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
CONFIDENCE_EDGES: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.01)
CODECS: Final = {"codec_low", "codec_mp3", "rate22mono"}
"""Kinds of duplicates that differ in nothing but how they were encoded."""
TRUSTED: Final = 0.8
"""Confidence from which on nearly all must be right."""

Row = Mapping[str, str]


def measure(folder: Path, *, quick: bool) -> Part:
    """Return the shares of right answers."""
    title = "Truth of the analysis"
    if not TRUTH_SET.is_dir():
        return Part(f"{title}: left out, there is no set of audio with known truth", ())
    rows = [row for name in (QUICK_MUSIC_LISTS if quick else MUSIC_LISTS) for row in _rows(TRUTH_SET / name)]
    albums = json.loads((TRUTH_SET / "segments.json").read_text())
    pairs = _rows(TRUTH_SET / "duplicates.csv")
    twins = {pair[side] for pair in pairs for side in ("a", "b")}
    files = sorted({row["file"] for row in rows} | {album["file"] for album in albums} | twins)
    heard = dict(zip(files, listen([TRUTH_SET / file for file in files], spool=folder), strict=True))
    figures = [
        *_music_figures(rows, heard, folder),
        *_boundary_figures([album["file"] for album in albums], heard, folder),
        *_duplicate_figures(pairs, heard, folder),
        Figure("single pieces cut", sum(bool(heard[row["file"]].starts_seconds) for row in rows), "files", 0.0),
    ]
    return Part(f"{title}: {len(rows)} pieces, {len(albums)} albums", tuple(figures), _reliability(rows, heard))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as text:
        return list(csv.DictReader(text))


def _music_figures(rows: Sequence[Row], heard: Mapping[str, Heard], folder: Path) -> list[Figure]:
    truth = [{**row, "file": _one_name(row["file"])} for row in rows]
    said = [
        {
            "file": _one_name(row["file"]),
            "bpm": heard[row["file"]].features.tempo.bpm,
            "tonic": heard[row["file"]].features.key.key_tonic,
            "mode": heard[row["file"]].features.key.key_mode,
        }
        for row in rows
    ]
    scored = _scored("music", _as_csv(folder / "truth.csv", truth), _as_csv(folder / "said.csv", said))
    tempos = [(row, heard[row["file"]].features.tempo.bpm) for row in rows if _has_tempo(row)]
    keys = [(row, heard[row["file"]].features.key.key_tonic) for row in rows if _has_key(row)]
    right_level = [abs(bpm - float(row["bpm"])) for row, bpm in tempos if bpm and _is_near(bpm, float(row["bpm"]))]
    return [
        _share(f"tempo within 4 % (of {scored['tempo_n']})", scored["Accuracy1"], 0.86),
        _share("tempo within 4 % of it or the second level", scored["Acc1_alt"], 0.94),
        _share("tempo within 4 % at any octave", scored["Accuracy2"], 0.98),
        _share("within 1.5 BPM where the level is right", _mean(error <= NEAR_BPM for error in right_level), 0.98),
        _share("within 1.5 BPM of it or the second level", _mean(_is_exact(bpm, row) for row, bpm in tempos), 0.92),
        _share(
            f"key: tonic within a semitone (of {scored['key_n']})", _mean(_tonic_is_near(*key) for key in keys), 0.92
        ),
        _share("key exact", scored["key_exact"], 0.80),
        _share("key by MIREX' weights", scored["key_mirex"], 0.88),
    ]


def _one_name(file: str) -> str:
    """Return a name for the scorer, which looks at the last part of a path only."""
    return file.replace("/", "-")


def _boundary_figures(files: Sequence[str], heard: Mapping[str, Heard], folder: Path) -> list[Figure]:
    said = folder / "boundaries.json"
    said.write_text(json.dumps({file: heard[file].starts_seconds for file in files}))
    scored = _scored("segments", TRUTH_SET / "segments.json", said)
    gaps_found, gaps = map(int, scored["recall_by_kind"]["gap"].split("/"))
    return [
        _share("boundaries: F", scored["region"]["F"], 0.86),
        _share("boundaries: precision", scored["region"]["precision"], 0.95),
        _share(f"boundaries that are gaps (of {gaps})", gaps_found / gaps, 1.0),
        Figure("quiet passages cut", float(scored["traps_hit"].split("/")[0]), "places", 1.0),
    ]


def _duplicate_figures(pairs: Sequence[Row], heard: Mapping[str, Heard], folder: Path) -> list[Figure]:
    said = [{"a": pair["a"], "b": pair["b"], "score": _likeness(heard[pair["a"]], heard[pair["b"]])} for pair in pairs]
    scored = _scored("duplicates", TRUTH_SET / "duplicates.csv", _as_csv(folder / "pairs.csv", said))
    by_kind = [map(int, found.split("/")) for kind, found in scored["recall_by_kind_zero_fp"].items() if kind in CODECS]
    encoded = [sum(counts) for counts in zip(*by_kind, strict=True)]
    return [
        _share(f"duplicates (of {scored['pos']}) at no false one", scored["zero_fp"]["recall"], 0.95),
        _share("duplicates in another codec or bit rate", encoded[0] / encoded[1], 1.0),
        Figure(
            "false duplicates", sum(_is_false(row, pair) for row, pair in zip(said, pairs, strict=True)), "pairs", 0.0
        ),
    ]


def _likeness(one: Heard, other: Heard) -> float:
    if one.fingerprint is None or other.fingerprint is None:
        return 0.0
    words = [decode_fingerprint(each.fingerprint.fingerprint)[1] for each in (one, other) if each.fingerprint]
    match = similarity(words[0], words[1])
    return match.similarity if match else 0.0


def _is_false(said: Mapping[str, object], pair: Row) -> bool:
    return float(str(said["score"])) >= RECORDING and pair["dup"] == "0"


def _reliability(rows: Sequence[Row], heard: Mapping[str, Heard]) -> Matrix:
    """Return how often an answer is right, by how sure it is."""
    tempos = [
        (
            heard[row["file"]].features.tempo.bpm_confidence,
            _is_near(heard[row["file"]].features.tempo.bpm or 0.0, float(row["bpm"])),
        )
        for row in rows
        if _has_tempo(row)
    ]
    keys = [
        (heard[row["file"]].features.key.key_confidence, _key_is_right(row, heard[row["file"]].features))
        for row in rows
        if _has_key(row)
    ]
    edges = list(pairwise(CONFIDENCE_EDGES))
    return Matrix(
        ("tempos", "right", "keys", "right"),
        tuple(
            (f"confidence {low:g} to {min(high, 1.0):g}", (*_answers(tempos, low, high), *_answers(keys, low, high)))
            for low, high in [*edges, (TRUSTED, CONFIDENCE_EDGES[-1])]
        ),
    )


def _answers(answers: Iterable[tuple[float, bool]], low: float, high: float) -> tuple[float, float]:
    right = [is_right for confidence, is_right in answers if low <= confidence < high]
    return float(len(right)), _mean(right)


def _has_tempo(row: Row) -> bool:
    return row["tempo_scored"] == "1" and row["tempo_var"] == "0"


def _has_key(row: Row) -> bool:
    return row["key_scored"] == "1" and bool(row["tonic"])


def _is_near(bpm: float, true_bpm: float) -> bool:
    return abs(bpm - true_bpm) <= NEAR_SHARE * true_bpm


def _is_exact(bpm: float | None, row: Row) -> bool:
    levels = [float(level) for level in (row["bpm"], row["bpm_alt"]) if level]
    return bpm is not None and any(abs(bpm - level) <= NEAR_BPM for level in levels)


def _tonic_is_near(row: Row, tonic: str | None) -> bool:
    return tonic is not None and (_pitch_class(tonic) - _pitch_class(row["tonic"])) % 12 in {0, 1, 11}


def _key_is_right(row: Row, features: PieceFeatures) -> bool:
    tonic = features.key.key_tonic
    return (
        tonic is not None and _pitch_class(tonic) == _pitch_class(row["tonic"]) and features.key.key_mode == row["mode"]
    )


def _pitch_class(name: str) -> int:
    return (PITCH_CLASSES[name[0]] + name.count("#") - name[1:].count("b")) % 12


def _scored(kind: str, truth: Path, said: Path) -> dict[str, Any]:
    """Ask the scorer of the set."""
    command = [sys.executable, str(TRUTH_SET / "score.py"), kind, str(truth), str(said), "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _as_csv(file: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    with file.open("w", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


def _share(name: str, value: float, goal: float) -> Figure:
    return Figure(name, value, "", goal, more_is_better=True)


def _mean(values: Iterable[bool]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0
