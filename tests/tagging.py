"""Writes the same facts into the tags of every format, with mutagen and under the names that Picard uses."""

import base64
import io

from mutagen import aiff, apev2, asf, flac, id3, mp4, oggflac, oggopus, oggvorbis, wave

RECORDING = "0a8e8d55-4b83-4f8a-9732-fbb5ded9f344"
RELEASE = "1b2c3d4e-5f60-4718-8293-a4b5c6d7e8f9"
RELEASE_GROUP = "2c3d4e5f-6071-4829-93a4-b5c6d7e8f90a"
FACTS = {
    "title": "Überfahrt",
    "artist": "Die Prüflinge",
    "album": "Nördlich von hier",
    "album_artist": "Diverse",
    "track_number": 3,
    "track_total": 12,
    "disc_number": 1,
    "disc_total": 2,
    "year": 1977,
    "genre": "Jazz",
    "isrc": "DEA017700312",
    "barcode": "4006381333931",
    "catalog_number": "SHVL 804",
    "medium": '12" Vinyl',
    "recording_mbid": RECORDING,
    "release_mbid": RELEASE,
    "release_group_mbid": RELEASE_GROUP,
}
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 800
"""200 kB that begin like a picture."""


def tagged(data: bytes, codec: str) -> bytes:
    """Return the audio file with `FACTS` and `PICTURE` in its tags."""
    file = io.BytesIO(data)
    _WRITERS[codec](file)
    return file.getvalue()


def picture() -> flac.Picture:
    """Return a front cover for FLAC and Ogg."""
    block = flac.Picture()
    block.type, block.mime, block.data = 3, "image/png", PICTURE
    return block


def id3_frames() -> list[id3.Frame]:
    """Return `FACTS` and `PICTURE` as ID3v2.4."""
    ids = {"MusicBrainz Album Id": RELEASE, "MusicBrainz Release Group Id": RELEASE_GROUP}
    ids |= {"BARCODE": FACTS["barcode"], "CATALOGNUMBER": FACTS["catalog_number"]}
    texts = {
        "TIT2": FACTS["title"],
        "TPE1": FACTS["artist"],
        "TALB": FACTS["album"],
        "TPE2": FACTS["album_artist"],
        "TRCK": "3/12",
        "TPOS": "1/2",
        "TDRC": "1977-05-12",
        "TCON": FACTS["genre"],
        "TSRC": FACTS["isrc"],
        "TMED": FACTS["medium"],
    }
    return [
        *(getattr(id3, name)(encoding=3, text=[text]) for name, text in texts.items()),
        *(id3.TXXX(encoding=3, desc=name, text=[text]) for name, text in ids.items()),
        id3.UFID(owner="http://musicbrainz.org", data=RECORDING.encode()),
        id3.APIC(encoding=3, mime="image/png", type=3, desc="", data=PICTURE),
    ]


def _write_id3(file: io.BytesIO) -> None:
    tags = id3.ID3()
    for frame in id3_frames():
        tags.add(frame)
    tags.save(file, v1=2)


def comments() -> dict[str, str]:
    """Return `FACTS` as Vorbis comments."""
    return {
        "TITLE": FACTS["title"],
        "ARTIST": FACTS["artist"],
        "ALBUM": FACTS["album"],
        "ALBUMARTIST": FACTS["album_artist"],
        "TRACKNUMBER": "3",
        "TRACKTOTAL": "12",
        "DISCNUMBER": "1",
        "TOTALDISCS": "2",
        "DATE": "1977-05-12",
        "GENRE": FACTS["genre"],
        "ISRC": FACTS["isrc"],
        "BARCODE": FACTS["barcode"],
        "CATALOGNUMBER": FACTS["catalog_number"],
        "MEDIA": FACTS["medium"],
        "MUSICBRAINZ_TRACKID": RECORDING,
        "MUSICBRAINZ_ALBUMID": RELEASE,
        "MUSICBRAINZ_RELEASEGROUPID": RELEASE_GROUP,
    }


def _write_flac(file: io.BytesIO) -> None:
    audio = flac.FLAC(file)
    audio.update(comments())
    audio.add_picture(picture())
    file.seek(0)
    audio.save(file)


def _write_ogg(file: io.BytesIO, kind: type) -> None:
    audio = kind(file)
    audio.update(comments())
    audio["METADATA_BLOCK_PICTURE"] = base64.b64encode(picture().write()).decode()
    file.seek(0)
    audio.save(file)


def _write_mp4(file: io.BytesIO) -> None:
    audio = mp4.MP4(file)
    audio["\xa9nam"], audio["\xa9ART"], audio["\xa9alb"] = FACTS["title"], FACTS["artist"], FACTS["album"]
    audio["aART"], audio["trkn"], audio["disk"] = FACTS["album_artist"], [(3, 12)], [(1, 2)]
    audio["\xa9day"], audio["\xa9gen"], audio["cpil"] = "1977-05-12", FACTS["genre"], False
    audio["tmpo"] = [120]
    freeform = {"ISRC": FACTS["isrc"], "MEDIA": FACTS["medium"], "MusicBrainz Track Id": RECORDING}
    freeform |= {"BARCODE": FACTS["barcode"], "CATALOGNUMBER": FACTS["catalog_number"]}
    freeform |= {"MusicBrainz Album Id": RELEASE, "MusicBrainz Release Group Id": RELEASE_GROUP}
    for name, text in freeform.items():
        audio[f"----:com.apple.iTunes:{name}"] = mp4.MP4FreeForm(str(text).encode())
    audio["covr"] = [mp4.MP4Cover(PICTURE, mp4.MP4Cover.FORMAT_PNG)]
    file.seek(0)
    audio.save(file)


def _write_asf(file: io.BytesIO) -> None:
    audio = asf.ASF(file)
    names = {"Title": "title", "Author": "artist", "WM/AlbumTitle": "album", "WM/AlbumArtist": "album_artist"}
    names |= {"WM/Genre": "genre", "WM/ISRC": "isrc", "WM/Media": "medium"}
    names |= {"WM/Barcode": "barcode", "WM/CatalogNo": "catalog_number"}
    for name, fact in names.items():
        audio[name] = str(FACTS[fact])
    audio["WM/TrackNumber"], audio["WM/PartOfSet"], audio["WM/Year"] = "3/12", "1/2", "1977"
    audio["MusicBrainz/Track Id"], audio["MusicBrainz/Album Id"] = RECORDING, RELEASE
    audio["MusicBrainz/Release Group Id"] = RELEASE_GROUP
    head = b"\x03" + len(PICTURE).to_bytes(4, "little") + "image/png\0\0".encode("utf-16-le")
    audio["WM/Picture"] = asf.ASFByteArrayAttribute(head + PICTURE)
    file.seek(0)
    audio.save(file)


def write_apev2(file: io.BytesIO) -> None:
    """Write `FACTS` and `PICTURE` as APEv2 at the end of a file."""
    tags = apev2.APEv2()
    names = {"Title": "title", "Artist": "artist", "Album": "album", "Album Artist": "album_artist"}
    names |= {"Genre": "genre", "ISRC": "isrc", "Media": "medium"}
    names |= {"Barcode": "barcode", "CatalogNumber": "catalog_number"}
    for name, fact in names.items():
        tags[name] = str(FACTS[fact])
    tags["Track"], tags["Disc"], tags["Year"] = "3/12", "1/2", "1977-05-12"
    tags["MUSICBRAINZ_TRACKID"], tags["MUSICBRAINZ_ALBUMID"] = RECORDING, RELEASE
    tags["MUSICBRAINZ_RELEASEGROUPID"] = RELEASE_GROUP
    tags["Cover Art (Front)"] = apev2.APEValue(b"cover.png\0" + PICTURE, apev2.BINARY)
    file.seek(0)
    tags.save(file)


def _write_chunk(file: io.BytesIO, kind: type) -> None:
    audio = kind(file)
    if audio.tags is None:
        audio.add_tags()
    for frame in id3_frames():
        audio.tags.add(frame)
    file.seek(0)
    audio.save(file)


_WRITERS = {
    "flac": _write_flac,
    "flac24": _write_flac,
    "mp3": _write_id3,
    "mp3-bare": _write_id3,
    "adts": _write_id3,
    "aac": _write_mp4,
    "alac": _write_mp4,
    "vorbis": lambda file: _write_ogg(file, oggvorbis.OggVorbis),
    "opus": lambda file: _write_ogg(file, oggopus.OggOpus),
    "oggflac": lambda file: _write_ogg(file, oggflac.OggFLAC),
    "wma": _write_asf,
    "wavpack": write_apev2,
    "wav": lambda file: _write_chunk(file, wave.WAVE),
    "wav24": lambda file: _write_chunk(file, wave.WAVE),
    "aiff": lambda file: _write_chunk(file, aiff.AIFF),
    "aifc": lambda file: _write_chunk(file, aiff.AIFF),
}
TAGGED_CODECS = tuple(_WRITERS)
"""The names of `signals.CODECS` that `tagged` can write."""
