import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen import apev2, flac, id3, mp4, oggopus

from music import tag_dialects
from music.audio_file import open_regular
from music.formats import FLAC, FORMATS, MP3, WAV, find_format
from music.marks import Mark
from music.plain_text import MOST_CHARACTERS
from music.tag_names import NAMES, collect
from music.tags import Tags, read_tags
from music.ticks import TICKS_PER_SECOND, samples_to_ticks
from tests import signals, tagging


def tags_of(data):
    file = io.BytesIO(data)
    audio_format = find_format(file)
    assert audio_format is not None
    return read_tags(file, audio_format)


def with_id3(*frames, version=4, codec="mp3-bare"):
    file = io.BytesIO(signals.sample(codec))
    tags = id3.ID3()
    for frame in frames:
        tags.add(frame)
    tags.save(file, v2_version=version, v1=0)
    return file.getvalue()


def with_comments(comments, *, codec="flac", kind=flac.FLAC):
    file = io.BytesIO(signals.sample(codec))
    audio = kind(file)
    for name, value in comments.items():
        audio[name] = value
    file.seek(0)
    audio.save(file)
    return file.getvalue()


@pytest.mark.parametrize("codec", tagging.TAGGED_CODECS)
def test_what_picard_writes_is_read_from_every_format(codec):  # S3-04, S3-90, S1-26
    tags = tags_of(tagging.tagged(signals.sample(codec), codec))

    assert {fact: getattr(tags, fact) for fact in tagging.FACTS} == tagging.FACTS
    assert tags.has_embedded_art
    assert tags.warning is None


@pytest.mark.parametrize("codec", signals.CODECS)
def test_a_file_without_tags_has_none(codec):
    tags = tags_of(signals.sample(codec))

    assert tags == Tags()


@pytest.mark.parametrize("codec", tagging.TAGGED_CODECS)
def test_reading_changes_no_byte(codec, tmp_path):
    path = tmp_path / "a"
    path.write_bytes(tagging.tagged(signals.sample(codec), codec))
    path.chmod(0o444)
    before = path.read_bytes(), path.stat().st_mtime_ns

    with open_regular(str(path).encode()) as file:
        audio_format = find_format(file)
        assert audio_format is not None
        read_tags(file, audio_format)

    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_apev2_speaks_where_the_id3_of_an_mp3_is_silent():
    file = io.BytesIO(with_id3(id3.TIT2(encoding=3, text=["Other"])))
    tagging.write_apev2(file)

    tags = tags_of(file.getvalue())

    assert (tags.title, tags.artist, tags.has_embedded_art) == ("Other", tagging.FACTS["artist"], True)


def test_id3v1_alone_is_read():
    fields = [
        b"Noon".ljust(30, b"\0"),
        b"J\xf6rg".ljust(30),
        b"Day".ljust(30, b"\0"),
        b"1977",
        bytes(28) + b"\0\x05",
        b"\x08",
    ]

    tags = tags_of(signals.sample("mp3-bare") + b"TAG" + b"".join(fields))

    assert (tags.title, tags.artist, tags.album, tags.year, tags.track_number, tags.genre) == (
        "Noon", "Jörg", "Day", 1977, 5, "Jazz",
    )  # fmt: skip


@pytest.mark.parametrize("encoding", [0, 1, 2, 3], ids=["latin1", "utf16", "utf16be", "utf8"])
def test_id3_text_is_read_in_every_encoding(encoding):
    assert tags_of(with_id3(id3.TIT2(encoding=encoding, text=["Ärger"]))).title == "Ärger"


def test_utf8_that_calls_itself_latin1_is_repaired():
    title = "Ärger".encode().decode("latin-1")

    assert tags_of(with_id3(id3.TIT2(encoding=0, text=[title]))).title == "Ärger"


def test_id3v22_is_read():
    def frame(name, text):
        return name + len(text).to_bytes(3, "big") + text

    content = frame(b"TT2", b"\0Noon") + frame(b"TYE", b"\x001977") + frame(b"TRK", b"\x004/9")
    data = b"ID3\x02\0\0" + struct.pack(">I", len(content)) + content + signals.sample("mp3-bare")

    tags = tags_of(data)

    assert (tags.title, tags.year, tags.track_number, tags.track_total) == ("Noon", 1977, 4, 9)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("1977", 1977), ("1977-05-12", 1977), ("12.05.1977", 1977), ("19770512", 1977), ("1977-05-12T10:00:00Z", 1977),
        ("May 1977", 1977), ("℗ 1977 Foo", 1977), ("77", None), ("0000", None), ("12345", None), ("", None),
        ("2024年", 2024),
    ],
)  # fmt: skip
def test_the_year_is_found_in_any_form_of_date(text, year):
    assert tags_of(with_comments({"DATE": text})).year == year


def test_the_year_of_id3v23_may_be_written_in_any_form():
    assert tags_of(with_id3(id3.TYER(encoding=0, text=["May 1977"]), version=3)).year == 1977


@pytest.mark.parametrize(
    ("text", "number", "total"),
    [
        ("3", 3, None), ("03/12", 3, 12), ("3 / 12", 3, 12), ("3 of 12", 3, 12), ("0", None, None), ("3/0", 3, None),
        ("A1", None, None), ("", None, None), ("-3", None, None), ("12345", None, None), ("1/99999", 1, None),
        ("3;5", 3, None),
    ],
)  # fmt: skip
def test_track_numbers_are_read_with_or_without_total(text, number, total):
    tags = tags_of(with_comments({"TRACKNUMBER": text, "DISCNUMBER": text}))

    assert (tags.track_number, tags.track_total) == (number, total)
    assert (tags.disc_number, tags.disc_total) == (number, total)


def test_a_total_of_its_own_counts_before_the_one_behind_the_number():
    tags = tags_of(with_comments({"TRACKNUMBER": "3/12", "TOTALTRACKS": "14"}))

    assert tags.track_total == 14


def test_several_values_are_joined_and_equal_ones_said_once():
    tags = tags_of(with_comments({"ARTIST": ["One", "Two", "One", " "], "GENRE": ["Jazz", "Soul"]}))

    assert (tags.artist, tags.genre) == ("One; Two", "Jazz; Soul")


@pytest.mark.parametrize(
    ("text", "isrc"),
    [
        ("de-a01-77-00312", "DEA017700312"),
        ("ISRC DEA017700312", "DEA017700312"),
        ("DE12", None),
        ("DEA01770031X", None),
    ],
)
def test_an_isrc_is_brought_into_one_form_or_left_out(text, isrc):
    assert tags_of(with_comments({"ISRC": text})).isrc == isrc


@pytest.mark.parametrize(
    ("texts", "barcode"),
    [
        ("4006381333931", "4006381333931"),
        (" 0 7464-64405 2 ", "07464644052"),
        (["none", "5099902987620"], "5099902987620"),
        ("00000000", None),
        ("12345", None),
        ("400638133393100", None),
    ],
)
def test_a_barcode_is_digits_without_gaps_or_left_out(texts, barcode):
    assert tags_of(with_comments({"BARCODE": texts})).barcode == barcode


@pytest.mark.parametrize("name", ["UPC", "EAN", "EAN/UPN"])
def test_older_names_of_a_barcode_are_read(name):
    assert tags_of(with_comments({name: "5099902987620"})).barcode == "5099902987620"


def test_of_several_ids_the_first_that_is_one_counts():
    tags = tags_of(with_comments({"MUSICBRAINZ_TRACKID": ["none", f" {tagging.RECORDING.upper()}", tagging.RELEASE]}))

    assert tags.recording_mbid == tagging.RECORDING


def test_values_are_cleaned_and_cut():
    tags = tags_of(with_comments({"TITLE": "No\x00on\x1b[1m\n", "ARTIST": "x" * 100_000, "ALBUM": " \t "}))

    assert (tags.title, tags.artist, tags.album) == ("Noon[1m", "x" * MOST_CHARACTERS, None)


def test_comments_that_are_no_utf8_do_not_lose_the_rest():
    data = with_comments({"TITLE": "Noon?????", "ARTIST": "Band"}).replace(b"?????", b"\xff\xfe\xed\xa0\x80")

    tags = tags_of(data)

    assert tags.artist == "Band"
    assert tags.title is not None
    assert tags.title.startswith("Noon\ufffd")


def test_riff_info_is_read_where_no_id3_chunk_speaks():
    fields = {
        b"INAM": "Ärger\0".encode("cp1252"),
        b"IART": "Jörg".encode(),
        b"ICRD": b"1977-05",
        b"ITRK": b"4",
        b"ISRC": b"CD",
    }
    body = b"".join(
        name + struct.pack("<I", len(text)) + text + b"\0" * (len(text) % 2) for name, text in fields.items()
    )
    wav = signals.sample("wav")

    tags = tags_of(wav + b"LIST" + struct.pack("<I", len(body) + 4) + b"INFO" + body)

    assert (tags.title, tags.artist, tags.year, tags.track_number) == ("Ärger", "Jörg", 1977, 4)
    assert tags.isrc is None


def test_the_id3_chunk_of_an_rf64_is_read():
    tag = with_id3(id3.TIT2(encoding=3, text=["Noon"]))[: -len(signals.sample("mp3-bare"))]

    tags = tags_of(signals.sample("rf64") + b"id3 " + struct.pack("<I", len(tag)) + tag)

    assert tags.title == "Noon"


def test_an_aiffs_own_texts_are_read():
    aiff = signals.sample("aiff")

    tags = tags_of(aiff + b"NAME\0\0\0\x04Noon" + b"AUTH\0\0\0\x05J\xf6rg!\0")

    assert (tags.title, tags.artist) == ("Noon", "Jörg!")


SHEET = 'FILE "a.wav" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 00:01:00\n'


def _ape_sheet():
    file = io.BytesIO(signals.sample("wavpack"))
    tags = apev2.APEv2()
    tags["Cuesheet"] = SHEET
    tags.save(file)
    return file.getvalue()


def _mp4_sheet():
    file = io.BytesIO(signals.sample("aac"))
    audio = mp4.MP4(file)
    audio["----:com.apple.iTunes:CUESHEET"] = mp4.MP4FreeForm(SHEET.encode())
    file.seek(0)
    audio.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: with_comments({"CUESHEET": SHEET}), id="flac"),
        pytest.param(lambda: with_comments({"cuesheet": SHEET}, codec="opus", kind=oggopus.OggOpus), id="opus"),
        pytest.param(lambda: with_id3(id3.TXXX(encoding=3, desc="CUESHEET", text=[SHEET])), id="mp3"),
        pytest.param(_ape_sheet, id="wavpack"),
        pytest.param(_mp4_sheet, id="mp4"),
    ],
)
def test_an_embedded_cue_sheet_keeps_its_lines(make):
    assert tags_of(make()).cue_sheet == SHEET


def test_a_flacs_own_table_becomes_marks_to_the_sample():
    file = io.BytesIO(signals.sample("flac"))
    audio = flac.FLAC(file)
    table = flac.CueSheet(None)
    tracks = [(1, 0, 0), (2, 22_051, 0), (3, 30_000, 1), (170, 52_920, 0)]
    for number, offset, kind in tracks:
        track = flac.CueSheetTrack(number, offset, "", kind)
        track.indexes = [flac.CueSheetTrackIndex(0, 0), flac.CueSheetTrackIndex(1, 7)] if number != 170 else []
        table.tracks.append(track)
    audio.cuesheet = table
    audio.metadata_blocks.append(table)
    file.seek(0)
    audio.save(file)

    tags = tags_of(file.getvalue())

    assert tags.cue_marks == tuple(Mark(samples_to_ticks(at + 7, rate_hz=44_100)) for at in (0, 22_051))
    assert tags.cue_sheet is None
    assert TICKS_PER_SECOND % 44_100 == 0


@pytest.mark.parametrize(
    ("codec", "damage"),
    [
        pytest.param("flac", lambda data: data[:4] + b"\x04" + data[5:], id="flac_block_kind"),
        pytest.param("aac", lambda data: data.replace(b"ilst", b"ilsx"), id="mp4_atom_name"),
        pytest.param("opus", lambda data: data.replace(b"OpusTags", b"OpusTxgs"), id="opus_tags_missing"),
        pytest.param("wma", lambda data: data[:200], id="asf_header_cut"),
        pytest.param("wavpack", lambda data: data.replace(b"Title\0", b"Ti\xfftle"), id="ape_key"),
    ],
)
def test_broken_tags_do_not_lose_the_file(codec, damage):
    data = tagging.tagged(signals.sample(codec), codec)
    file = io.BytesIO(damage(data))
    audio_format = find_format(io.BytesIO(data))
    assert audio_format is not None

    tags = read_tags(file, audio_format)

    assert tags.title is None
    assert tags.warning or codec == "aac"


def test_a_broken_id3v2_leaves_what_id3v1_says():
    data = tagging.tagged(signals.sample("mp3"), "mp3").replace(b"TIT2\0\0", b"TIT2\x7f\x7f", 1)

    tags = tags_of(data)

    assert (tags.title, tags.medium) == (tagging.FACTS["title"], None)


@pytest.mark.parametrize("codec", tagging.TAGGED_CODECS)
@pytest.mark.parametrize("part", [0.001, 0.01, 0.05, 0.2, 0.5, 0.9])
def test_tags_cut_anywhere_raise_nothing(codec, part):
    data = tagging.tagged(signals.sample(codec), codec)
    audio_format = find_format(io.BytesIO(data))
    assert audio_format is not None

    assert isinstance(read_tags(io.BytesIO(data[: int(len(data) * part)]), audio_format), Tags)


def test_tags_beyond_all_measure_are_not_read(monkeypatch):
    monkeypatch.setattr(tag_dialects, "MOST_BYTES", 1_000)

    tags = tags_of(with_comments({"TITLE": "x" * 5_000}))

    assert tags.title is None
    assert "MiB" in str(tags.warning)


def test_a_reader_gives_no_more_than_its_measure(monkeypatch):
    monkeypatch.setattr(tag_dialects, "MOST_BYTES", 10)
    reader = tag_dialects.BoundedReader(io.BytesIO(b"x" * 100))

    assert reader.read(4) == b"xxxx"
    assert reader.read() == b"x" * 6
    assert reader.tell() == 10
    with pytest.raises(tag_dialects.TagsTooLargeError):
        reader.read(1)


@settings(max_examples=60)
@given(st.sampled_from(FORMATS), st.binary(max_size=400))
def test_any_bytes_have_tags_or_none(audio_format, data):
    assert isinstance(read_tags(io.BytesIO(data), audio_format), Tags)


@settings(max_examples=60)
@given(
    st.sampled_from(["mp3", "flac", "aac", "opus", "wma", "wavpack", "wav", "aiff"]),
    st.integers(0, 4_000),
    st.binary(min_size=1, max_size=8),
)
def test_any_damage_to_the_head_raises_nothing(codec, place, noise):
    data = bytearray(tagging.tagged(signals.sample(codec), codec))
    audio_format = find_format(io.BytesIO(bytes(data)))
    data[place : place + len(noise)] = noise

    assert audio_format is not None
    assert isinstance(read_tags(io.BytesIO(bytes(data)), audio_format), Tags)


def test_names_are_compared_in_lower_case_and_the_first_that_says_something_counts():
    said = [("AlbumArtist", [""]), ("ALBUM ARTIST", ["Various"]), ("Title", ["Noon"]), ("Unknown", ["x"])]

    assert collect("free", said) == {"album_artist": ["Various"], "title": ["Noon"]}


def test_every_name_in_the_table_is_in_lower_case():
    assert all(name == name.lower() for names in NAMES.values() for dialect in names.values() for name in dialect)


def test_an_mp3_tag_is_not_looked_for_in_the_wrong_place():
    assert read_tags(io.BytesIO(b""), MP3) == Tags()
    assert read_tags(io.BytesIO(b""), WAV) == Tags()
    assert read_tags(io.BytesIO(b""), FLAC).warning is not None
