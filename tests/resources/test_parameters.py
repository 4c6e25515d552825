import hashlib
import re
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import duckdb
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from music.segmentation import SegmentParameters
from resources.parameters import ParametersError, load_parameters, parameters_hash


@dataclass(frozen=True, slots=True)
class Clipping:
    level: float = 0.99

    def __post_init__(self):
        if not 0 < self.level <= 1:
            raise ValueError(f"level is from 0 to 1, got {self.level:g}")


@dataclass(frozen=True, slots=True)
class Features:
    clipping: Clipping = field(default_factory=Clipping)
    slices: int = 400
    exact: bool = False
    speed: Literal["slow", "fast"] = "slow"
    offset_seconds: float = 0.0

    PRESETS: ClassVar = {"Quick": {"speed": "fast", "slices": 100}}


@dataclass(frozen=True, slots=True)
class Prints:
    offset_seconds: float = 0.0


ASSETS = {"segments": SegmentParameters, "audio_features": Features, "fingerprints": Prints}


@pytest.fixture
def load(tmp_path):
    def load_text(text, assets=ASSETS):
        file = tmp_path / "parameters.toml"
        file.write_text(text, encoding="utf-8")
        return load_parameters(file, assets)

    return load_text


def test_without_a_file_everything_has_its_default(tmp_path):
    parameters = load_parameters(tmp_path / "parameters.toml", ASSETS)

    assert parameters.of("segments", library="music", path="a.mp3") == SegmentParameters()
    assert parameters.of("audio_features", library="music", path="a.mp3") == Features()


def test_an_assets_table_holds_for_all_files(load):
    parameters = load(
        """
        [segments]
        minimum_silence_seconds = 1
        [audio_features]
        slices = 200
        exact = true
        speed = "fast"
        [audio_features.clipping]
        level = 0.5
        """
    )

    segments = parameters.of("segments", library="music", path="a/b.mp3")
    assert segments == SegmentParameters(minimum_silence_seconds=1.0)
    assert type(segments.minimum_silence_seconds) is float
    assert parameters.of("audio_features", library="music", path="a/b.mp3") == Features(
        clipping=Clipping(0.5), slices=200, exact=True, speed="fast"
    )


OVERRIDES = """
[segments]
minimum_silence_seconds = 0.7

["Vinyl/**"]
medium = "Vinyl"

["Tapes/*".segments]
preset = "Cassette with Dolby"
noise_margin_db = 8

["Vinyl/Singles/**"]
minimum_piece_seconds = 60.0

["tapes of others/**"]
preset = "Quick"
"""


@pytest.mark.parametrize(
    ("library", "path", "expected"),
    [
        pytest.param("music", "CDs/a.mp3", {"minimum_silence_seconds": 0.7}, id="the base"),
        pytest.param("music", "Vinyl/x/a.mp3", {"minimum_silence_seconds": 0.7, "medium": "Vinyl"}, id="over the base"),
        pytest.param(
            "music",
            "Tapes/a.mp3",
            {"medium": "Cassette", "threshold_dbfs": -70.0, "noise_margin_db": 8.0},
            id="a preset takes the base's place",
        ),
        pytest.param(
            "music",
            "Vinyl/Singles/a.mp3",
            {"minimum_silence_seconds": 0.7, "minimum_piece_seconds": 60.0},
            id="the last pattern counts alone",
        ),
        pytest.param("Vinyl", "a.mp3", {"minimum_silence_seconds": 0.7, "medium": "Vinyl"}, id="a library's name"),
        pytest.param(
            "music",
            "old/Vinyl/a.mp3",
            {"minimum_silence_seconds": 0.7, "medium": "Vinyl"},
            id="a folder anywhere",
        ),
        pytest.param("music", "vinyl/a.mp3", {"minimum_silence_seconds": 0.7}, id="case matters"),
        pytest.param("music", "My Vinyl/a.mp3", {"minimum_silence_seconds": 0.7}, id="a part of a name"),
        pytest.param("music", "Vinyl.mp3", {"minimum_silence_seconds": 0.7}, id="a file of that name"),
    ],
)
def test_the_last_pattern_that_matches_counts(load, library, path, expected):
    parameters = load(OVERRIDES).of("segments", library=library, path=path)

    assert parameters == SegmentParameters(**expected)


def test_a_pattern_speaks_only_of_the_assets_it_names(load):
    parameters = load(OVERRIDES)

    assert [glob for _, glob, _ in parameters.versions("segments")] == [
        "*",
        "Vinyl/*",
        "*/Vinyl/*",
        "Tapes/*",
        "*/Tapes/*",
        "Vinyl/Singles/*",
        "*/Vinyl/Singles/*",
    ]
    assert [glob for _, glob, _ in parameters.versions("audio_features")] == [
        "*",
        "tapes of others/*",
        "*/tapes of others/*",
    ]
    assert parameters.of("audio_features", library="m", path="tapes of others/a.mp3").slices == 100
    assert len(parameters.versions("fingerprints")) == 1


def test_only_a_star_is_special_in_a_pattern(load):
    parameters = load('["Who? [1969]/**"]\nmedium = "Vinyl"')

    assert parameters.of("segments", library="m", path="Who? [1969]/a.mp3").medium == "Vinyl"
    assert parameters.of("segments", library="m", path="Whom 1/a.mp3").medium == "Other"


paths = st.text("ab*?[]é!^-/ ", max_size=12)


@given(pattern=paths.map(lambda text: f"{text.strip('/')}/**"), library=st.sampled_from("ab"), path=paths)
def test_sql_and_python_match_the_same_files(tmp_path_factory, pattern, library, path):
    assume(not pattern.startswith("/"))
    file = tmp_path_factory.mktemp("home") / "parameters.toml"
    file.write_text(f'["{pattern}"]\nmedium = "Vinyl"\n', encoding="utf-8")
    parameters = load_parameters(file, {"segments": SegmentParameters})

    rows = [
        (priority, found)
        for priority, glob, found in parameters.versions("segments")
        if duckdb.execute("select ? glob ?", [f"{library}/{path}", glob]).fetchone()[0]
    ]

    assert max(rows)[1] == parameters.hash_of("segments", library=library, path=path)


def test_the_hash_is_of_the_values_alone(load):
    written_out = load('[segments]\nmedium = "Other"\nminimum_silence_seconds = 0.5\nnoise_margin_db = 6')
    empty, changed = load(""), load("[segments]\nnoise_margin_db = 7")

    hashes = [each.hash_of("segments", library="m", path="a") for each in (written_out, empty, changed)]

    assert hashes[0] == hashes[1] != hashes[2]
    assert parameters_hash(Prints()) == hashlib.sha256(b'{"offset_seconds":0.0}').hexdigest()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("medium = 'CD'", "medium = 'CD' is no table; keys stand under one of [segments]", id="no table"),
        pytest.param("[[segments]]", "segments = [{}] is no table", id="a list of tables"),
        pytest.param(
            "[segmets]", "[segmets]: there is no such asset, did you mean 'segments'?", id="a typo in an asset"
        ),
        pytest.param("[Vinyl]", "[Vinyl]: there is no such asset, known: segments", id="a folder without stars"),
        pytest.param("[Vinyl]", 'For a folder write ["Vinyl/**"].', id="a folder without stars, the cure"),
        pytest.param("[Vinyl/**]", "is no TOML: ", id="a pattern without quotes"),
        pytest.param("[Vinyl/**]", 'Patterns are quoted: ["Vinyl/**"]', id="a pattern without quotes, the cure"),
        pytest.param('["/mnt/a/**"]', '["/mnt/a/**"]: a pattern begins with a library', id="an absolute path"),
        pytest.param('["Vinyl/"]', '["Vinyl/"]: a pattern', id="a folder's name with a slash"),
        pytest.param("['a\\b/*']", "as in Vinyl/**", id="a backslash"),
        pytest.param(
            "[segments]\nmedum = 'CD'",
            "[segments], medum = 'CD': there is no such key, did you mean 'medium'?",
            id="a typo in a key",
        ),
        pytest.param("[segments]\nPRESETS = 1", "PRESETS = 1: there is no such key", id="what is no field"),
        pytest.param(
            "[segments]\nmedium = 'Shellac'",
            "[segments], medium = 'Shellac': wanted is one of 'CD', 'Vinyl', 'Cassette', 'Other'",
            id="none of the words",
        ),
        pytest.param(
            "[segments]\nthreshold_dbfs = '-60'", "threshold_dbfs = '-60': wanted is a number", id="a text for a number"
        ),
        pytest.param(
            "[segments]\nthreshold_dbfs = true", "threshold_dbfs = True: wanted is a number", id="a truth for a number"
        ),
        pytest.param(
            "[segments]\nthreshold_dbfs = 60", "[segments]: threshold_dbfs is from -100 to 0, got 60", id="out of range"
        ),
        pytest.param("[audio_features]\nslices = 4.5", "slices = 4.5: wanted is a whole number", id="a fraction"),
        pytest.param("[audio_features]\nexact = 1", "exact = 1: wanted is true or false", id="a number for a truth"),
        pytest.param("[audio_features]\nclipping = 1", "clipping = 1: wanted is a table", id="a number for a table"),
        pytest.param(
            "[audio_features.clipping]\nlevle = 1",
            "[\"audio_features.clipping\"], levle = 1: there is no such key, did you mean 'level'?",
            id="a typo in a field's field",
        ),
        pytest.param(
            "[audio_features.clipping]\nlevel = 2",
            '["audio_features.clipping"]: level is from 0 to 1, got 2',
            id="a field's field out of range",
        ),
        pytest.param(
            "[segments]\npreset = 'Vinil'",
            "preset = 'Vinil': there is no such preset, did you mean 'Vinyl'?",
            id="a typo in a preset",
        ),
        pytest.param("[segments]\npreset = ['CD']", "preset = ['CD']: there is no such preset", id="two presets"),
        pytest.param("[fingerprints]\npreset = 'CD'", "there is no such preset, known: none.", id="no presets at all"),
        pytest.param(
            "['a/*']\nmedum = 'CD'",
            "[\"a/*\"], medum = 'CD': no asset has it, did you mean 'medium'?",
            id="a typo under a pattern",
        ),
        pytest.param(
            "['a/*'.segmets]\nmedium = 'CD'",
            "no asset has it, did you mean 'segments'?",
            id="a typo in an asset under a pattern",
        ),
        pytest.param(
            "['a/*']\npreset = 'Vinil'",
            "there is no such preset, did you mean 'Vinyl'?",
            id="a typo in a preset under a pattern",
        ),
        pytest.param(
            "['a/*']\noffset_seconds = 1",
            '["a/*"], offset_seconds = 1: several assets have it; write it under ["a/*".audio_features] or '
            '["a/*".fingerprints]',
            id="a key of two assets",
        ),
        pytest.param(
            "['a/*'.segments]\nmedium = 3", '["a/*"], medium = 3: wanted is one of', id="a wrong value under a pattern"
        ),
    ],
)
def test_what_cannot_be_used_is_named_with_its_place(load, tmp_path, text, words):
    """S3-155."""
    with pytest.raises(ParametersError, match=re.escape(words)) as caught:
        load(text)

    assert str(caught.value).startswith(f"{tmp_path / 'parameters.toml'}")


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin").write_bytes(b'[segments]\nmedium = "\xe9"')

    for name in ("folder", "latin"):
        with pytest.raises(ParametersError, match=f"{name} cannot be read"):
            load_parameters(tmp_path / name, ASSETS)


def test_a_table_in_a_table_takes_presets_and_folders_too(tmp_path):
    file = tmp_path / "parameters.toml"
    file.write_text('[segments.leads]\npreset = "Classical"\n["Pop/**".segments.leads]\nmax_lead_in_seconds = 1.0\n')

    parameters = load_parameters(file, ASSETS)
    usual = parameters.of("segments", library="music", path="Bach/1.flac").leads
    pop = parameters.of("segments", library="music", path="Pop/1.flac").leads

    assert (usual.rms_window_ms, usual.max_lead_in_seconds) == (200.0, 5.0)
    assert (pop.rms_window_ms, pop.max_lead_in_seconds) == (200.0, 1.0)
