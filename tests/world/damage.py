"""What happens to music on people's disks: each kind of damage takes albums and puts files on the shelf.

The name of a function is the kind; its sentence says why it is hard.
"""

from collections.abc import Callable
from dataclasses import replace

from tests.world.model import Catalogue, Release
from tests.world.names import misspelt
from tests.world.shelf import MusicFile, Shelf, Song, Tags, Verdict, plain_folder, songs_of

Damage = Callable[[Shelf], None]


def files_of(catalogue: Catalogue, *, every: int = 1) -> list[MusicFile]:
    """Return the files of a world.

    Args:
        catalogue: Whose music it is.
        every: 1 for all kinds of damage, 3 for each third one, of which the seed says.
    """
    shelf = Shelf(catalogue)
    for place, damage in enumerate(KINDS):
        if (place + catalogue.seed) % every == 0:
            shelf.kind = damage.__name__
            damage(shelf)
    return shelf.files


def _without(*names: str) -> Callable[[Song], Tags]:
    return lambda song: {name: text for name, text in song.tags.items() if name not in names}


def _none(_: Song) -> Tags:
    return {}


def clean(shelf: Shelf) -> None:
    """Nothing is wrong with it."""
    for release in (shelf.take("plain"), shelf.take("plain"), shelf.take("many tracks")):
        shelf.album(release)


def guests(shelf: Shelf) -> None:
    """Tracks are credited to more than the band."""
    shelf.album(shelf.take("guests"))


def typos(shelf: Shelf) -> None:
    """Titles, artist and album are misspelt."""
    release = shelf.take("plain")
    artist, album = misspelt(release.credit.name, shelf.dice), misspelt(release.title, shelf.dice)

    def tags(song: Song) -> Tags:
        wrong = {"title": misspelt(song.track.title, shelf.dice), "artist": artist, "albumartist": artist}
        return song.tags | wrong | {"album": album}

    shelf.album(release, tags=tags, name=lambda song: f"{song.track.position:02}")


def no_titles(shelf: Shelf) -> None:
    shelf.album(shelf.take("plain"), tags=_without("title"), name=lambda song: f"{song.track.position:02}")


def no_artist_and_album(shelf: Shelf) -> None:
    tags = _without("artist", "album", "albumartist", "date")
    shelf.album(shelf.take("plain"), folder="New Folder (2)", tags=tags)


def no_tags(shelf: Shelf) -> None:
    shelf.album(
        shelf.take("many tracks"), folder="rip 3", tags=_none, name=lambda song: f"Track {song.track.position:02}"
    )

    def names(song: Song) -> str:
        return f"audio_{song.recording.mbid[:6]}"

    shelf.album(shelf.take("two links"), folder="rip 4", tags=_none, name=names)


def right_ids(shelf: Shelf) -> None:
    """Somebody identified it before, rightly."""
    release = shelf.take("plain")
    shelf.album(release, tags=lambda song: song.tags | song.ids)


def wrong_ids(shelf: Shelf) -> None:
    """Somebody identified it before, as another album; the names are still right."""
    release, other = shelf.take("plain"), songs_of(shelf.family("two discs")[1])
    shelf.album(release, tags=lambda song: song.tags | other[song.track.position].ids)


def wrong_ids_no_fingerprints(shelf: Shelf) -> None:
    """As wrong ids, and AcoustID does not know the music: names stand against ids."""
    release, other = shelf.take("no fingerprints"), songs_of(shelf.family("two discs")[0])

    def tags(song: Song) -> Tags:
        return song.tags | other[song.track.position].ids

    shelf.album(release, tags=tags, expect=lambda song: shelf.expected(song, "open"))


def ids_nobody_knows(shelf: Shelf) -> None:
    """The ids were removed from MusicBrainz."""
    gone = {name: f"{shelf.dice.below(16**8):08x}-0000-4000-8000-000000000000" for name in
            ("musicbrainz_trackid", "musicbrainz_albumid")}  # fmt: skip
    shelf.album(shelf.take("plain"), tags=lambda song: song.tags | gone)


def merged_ids(shelf: Shelf) -> None:
    """The ids were merged into those of today."""
    old = {new: before for before, new in shelf.catalogue.merged.items()}

    def tags(song: Song) -> Tags:
        return {"musicbrainz_trackid": old[song.recording.mbid], "musicbrainz_albumid": old[song.release.mbid]}

    shelf.album(shelf.take("merged"), tags=lambda song: song.tags | tags(song))
    shelf.album(shelf.take("merged"), folder="unsorted/7", tags=tags, name=lambda song: f"{song.track.position}")


def merged_links(shelf: Shelf) -> None:
    """AcoustID still knows ids that were merged."""
    shelf.album(shelf.take("old links"), expect=lambda song: shelf.expected(song, "open"))


def bare_links(shelf: Shelf) -> None:
    """AcoustID knows the ids and nothing about them."""
    shelf.album(shelf.take("bare links"))


def wrong_links_few(shelf: Shelf) -> None:
    """Two people linked the sound to another song, forty to the right one."""
    release = shelf.take("wrong links, few")
    shelf.album(release)
    song = songs_of(release)[0]
    shelf.add(song, "Downloads/x1", shelf.anywhere(song), name="a", tags={})


def wrong_links_many(shelf: Shelf) -> None:
    """Nearly everybody linked two tracks to other songs."""
    release = shelf.take("wrong links, many")
    verdicts = ["open", "open"] + ["answerable"] * 9
    shelf.album(release, expect=lambda song: shelf.expected(song, verdicts[song.track.position - 1]))


def tracks_missing(shelf: Shelf) -> None:
    release = shelf.take("plain")
    shelf.album(release, songs=songs_of(release)[:2])
    short = shelf.take("deluxe 2")
    songs = [song for song in songs_of(short) if song.track.position != 2]
    shelf.album(short, songs=songs)


def bonus_tracks(shelf: Shelf) -> None:
    """Only the deluxe edition has so many tracks."""
    release = shelf.family("deluxe")[1]
    edition = frozenset({release.mbid})
    shelf.album(release, expect=lambda song: shelf.expected(song, editions=edition))


def id_of_another_edition(shelf: Shelf) -> None:
    """The tags hold the id of the standard edition; the files are the deluxe one."""
    standard, release = shelf.family("deluxe 2")
    wrong = {"musicbrainz_albumid": standard.mbid}
    edition = frozenset({release.mbid})
    shelf.album(release, folder=f"{plain_folder(release)} [2 CD]", tags=lambda song: song.tags | wrong,
                expect=lambda song: shelf.expected(song, editions=edition))  # fmt: skip


def unknown_bonus(shelf: Shelf) -> None:
    """A track that no database knows stands among the others."""
    release, stranger = shelf.take("plain"), songs_of(shelf.take("unknown bonus"))[0]
    folder = shelf.album(release)
    tags = songs_of(release)[0].tags | {"title": stranger.track.title, "tracknumber": str(len(release.recordings) + 1)}
    shelf.add(
        stranger, folder, shelf.nothing(), name=f"{len(release.recordings) + 1:02} - {stranger.track.title}", tags=tags
    )


def foreign_file(shelf: Shelf) -> None:
    """A track of another album lies in the folder, another without any tags."""
    release = shelf.take("plain")
    folder = shelf.album(release)
    first, second = songs_of(shelf.family("guests")[0])[0], songs_of(shelf.family("self-titled")[1])[1]
    shelf.add(first, folder, shelf.anywhere(first))
    shelf.add(second, folder, shelf.anywhere(second), name="xyz", tags={})


def wrong_numbers(shelf: Shelf) -> None:
    release = shelf.take("plain")
    total = len(release.recordings)

    def tags(song: Song) -> Tags:
        return song.tags | {"tracknumber": f"{total + 1 - song.track.position}"}

    shelf.album(release, tags=tags, name=lambda song: song.track.title)


def swapped_titles(shelf: Shelf) -> None:
    """Two titles stand in each other's file; only the sound tells."""
    release = shelf.take("plain")
    titles = [track.title for _, track in release.tracks()]
    titles[0], titles[1] = titles[1], titles[0]

    def tags(song: Song) -> Tags:
        return song.tags | {"title": titles[song.track.position - 1]}

    def verdict(song: Song) -> Verdict:
        return "open" if song.track.position < 3 else "answerable"

    shelf.album(release, tags=tags, name=lambda song: titles[song.track.position - 1],
                expect=lambda song: shelf.expected(song, verdict(song)))  # fmt: skip


def loose(shelf: Shelf) -> None:
    """Artist and title, no album, from everywhere in one folder."""
    albums = [*shelf.family("best of: albums"), *shelf.family("single: album"), *shelf.family("same artist name")]
    for album in albums:
        song = songs_of(album)[1]
        name = f"{song.recording.credit.name} - {song.track.title}"
        shelf.add(
            song, "Mixtape", shelf.anywhere(song), name=name, tags=_without("album", "albumartist", "tracknumber")(song)
        )


def loose_without_tags(shelf: Shelf) -> None:
    """Nothing but the sound."""
    for number, album in enumerate(
        [*shelf.family("wrong links, few: others"), *shelf.family("wrong links, many: others")]
    ):
        for song in songs_of(album)[2:4]:
            shelf.add(song, "Downloads", shelf.anywhere(song), name=f"{number}{song.recording.mbid[:5]}", tags={})


def two_copies(shelf: Shelf) -> None:
    """One track lies there twice, in two codecs."""
    release = shelf.take("plain")

    def verdict(song: Song) -> Verdict:
        return "open" if song.track.position == 2 else "answerable"

    folder = shelf.album(release, codec="flac", expect=lambda song: shelf.expected(song, verdict(song)))
    twice = songs_of(release)[1]
    shelf.add(twice, folder, shelf.expected(twice, "open"), name=f"{twice.name} (1)", codec="mp3")


def truncated(shelf: Shelf) -> None:
    """Of one track the end is lost."""
    release = shelf.take("plain")
    songs = songs_of(release)
    folder = shelf.album(release, songs=songs[1:])
    cut = songs[0]
    shelf.add(cut, folder, shelf.expected(cut, "open"), cut_seconds=round(cut.recording.seconds * 0.45, 2))


def encoded_again(shelf: Shelf) -> None:
    """40 kbit/s, artist and title."""
    shelf.album(shelf.take("plain"), codec="mp3 low", tags=lambda song: {"title": song.track.title,
                "artist": song.recording.credit.name})  # fmt: skip


def unknown(shelf: Shelf) -> None:
    """Music that no database knows, with and without tags."""
    shelf.album(shelf.take("unknown"), expect=lambda _: shelf.nothing())

    def names(song: Song) -> str:
        return f"{song.track.position:02}"

    shelf.album(
        shelf.take("unknown"), folder="Band rehearsal", tags=_none, name=names, expect=lambda _: shelf.nothing()
    )


def unknown_imitation(shelf: Shelf) -> None:
    """Names of a known album, of which AcoustID knows nothing; the audio is another and 4.5 s longer."""
    shelf.album(shelf.take("unknown imitation"), folder="Imitation/1", expect=lambda _: shelf.nothing())


def unknown_covers(shelf: Shelf) -> None:
    """Titles of a known album, by somebody unknown."""
    shelf.album(shelf.take("unknown covers"), expect=lambda _: shelf.nothing())


def unknown_live(shelf: Shelf) -> None:
    """A concert that no database knows, tagged as the album that was played."""
    shelf.album(shelf.take("unknown live"), folder="Taper/1", expect=lambda _: shelf.nothing())


def live(shelf: Shelf) -> None:
    shelf.album(shelf.family("live")[1])


def live_tagged_as_studio(shelf: Shelf) -> None:
    """A concert that is known, tagged as the album that was played: the sound tells."""
    studio, played = shelf.family("live 2")
    tags = [song.tags for song in songs_of(studio)]
    shelf.album(
        played,
        folder=f"{plain_folder(studio)} x",
        tags=lambda song: tags[song.track.position - 1],
        name=lambda song: f"{song.track.position:02}",
        expect=lambda song: shelf.anywhere(song, "open"),
    )


def recorded_again(shelf: Shelf) -> None:
    """The band recorded the songs once more; the titles are the same, the sound tells."""
    old, again = shelf.family("recorded again")
    shelf.album(again)
    for song in (songs_of(old)[0], songs_of(again)[1]):
        tags = {"title": song.track.title, "artist": song.recording.credit.name}
        shelf.add(song, "Mixtape 2", shelf.anywhere(song), name=f"{song.track.title}", tags=tags)


def recorded_again_no_fingerprints(shelf: Shelf) -> None:
    """As before, and AcoustID knows neither: two recordings fit equally."""
    for song in songs_of(shelf.family("recorded again, no fingerprints")[1])[:3]:
        tags = {"title": song.track.title, "artist": song.recording.credit.name}
        shelf.add(song, "Mixtape 3", shelf.nothing(), name=song.track.title, tags=tags)


def tribute(shelf: Shelf) -> None:
    """Another band plays a whole album; the first is there without tags."""
    first, others = shelf.family("tribute")
    shelf.album(others)
    shelf.album(first, folder="rip 8", tags=_none, name=lambda song: f"{song.track.position:02}")


def classical(shelf: Shelf) -> None:
    """Two orchestras recorded one symphony; the tags name composer and movement."""
    releases = shelf.family("classical")

    def tags(song: Song) -> Tags:
        composer = song.release.credit.parts[0][0].name
        short = {"title": song.track.title.split(": ", 1)[1], "artist": composer, "albumartist": composer}
        return song.tags | short

    shelf.album(releases[0], tags=tags, name=lambda song: f"{song.track.position:02}")
    shelf.album(releases[3])


def compilations(shelf: Shelf) -> None:
    """Recordings of several albums on one; the tags name it."""
    shelf.album(shelf.take("best of"))
    shelf.album(shelf.take("various"))


def compilation_without_tags(shelf: Shelf) -> None:
    """All tracks of one compilation and no name: what else has these five?"""
    shelf.album(shelf.take("various"), folder="rip 11", tags=_none, name=lambda song: f"Track {song.track.position}")


def singles(shelf: Shelf) -> None:
    """A radio edit, a remix, an EP with tracks of the album."""
    shelf.album(shelf.take("single"))
    shelf.album(shelf.take("ep"))
    edit = songs_of(shelf.take("single"))[0]
    shelf.add(edit, "Downloads/x2", shelf.anywhere(edit), name="b", tags={})


def one_sound_twice(shelf: Shelf) -> None:
    """The catalogue holds recordings twice: on the album and on a compilation."""
    original, compilation = shelf.family("twins")
    shelf.album(original)
    both = {song.sounds_like: song.mbid for song in compilation.recordings if song.sounds_like}
    for song in songs_of(compilation):
        right = frozenset({song.recording.mbid, song.recording.sounds_like} - {""})
        groups = frozenset({original.group.mbid, compilation.group.mbid})
        expected = replace(shelf.anywhere(song, "open"), recordings=right, groups=groups)
        shelf.add(song, plain_folder(compilation), expected, codec="mp3")
    assert both


def same_artist_name(shelf: Shelf) -> None:
    """Two bands have one name."""
    for release in shelf.family("same artist name"):
        shelf.album(release)


def same_everything(shelf: Shelf) -> None:
    """Two bands of one name made albums of one title with the same song titles and lengths; no fingerprints."""
    shelf.album(shelf.family("same everything")[0], tags=_without("date"), expect=lambda _: shelf.nothing())


def self_titled(shelf: Shelf) -> None:
    """Two albums of one band are called as the band."""
    shelf.album(shelf.family("self-titled")[0], tags=_without("date"))


def pseudo_release(shelf: Shelf) -> None:
    """A transliterated track list is a release of its own that nobody ever pressed; the tags follow it."""
    official, latin, other, other_latin = shelf.family("pseudo")
    shelf.album(latin, expect=lambda song: shelf.expected(song, editions=frozenset({official.mbid})))
    shelf.album(other_latin, tags=lambda song: song.tags | song.ids,
                expect=lambda song: shelf.expected(song, editions=frozenset({other.mbid})))  # fmt: skip


def two_discs(shelf: Shelf) -> None:
    """In a folder for each disc, and in one."""
    first, second = shelf.family("two discs")
    for medium in first.media:
        songs = [song for song in songs_of(first) if song.medium is medium]
        shelf.album(first, folder=f"{plain_folder(first)}/CD{medium.position}", songs=songs)

    def tags(song: Song) -> Tags:
        return song.tags | {"discnumber": f"{song.medium.position}/2"}

    shelf.album(second, tags=tags, name=lambda song: f"{song.medium.position}-{song.name}")


def long_file_with_cue(shelf: Shelf) -> None:
    """An album in one file, with a sheet that names its tracks."""
    release = shelf.take("one side")
    folder = plain_folder(release)
    lines = [f'PERFORMER "{release.credit.name}"', f'TITLE "{release.title}"', 'FILE "album.flac" WAVE']
    at = 0.0
    for song in songs_of(release):
        frames = round(at * 75)
        lines += [f"  TRACK {song.track.position:02} AUDIO", f'    TITLE "{song.track.title}"']
        lines += [f"    INDEX 01 {frames // 4500:02}:{frames // 75 % 60:02}:{frames % 75:02}"]
        at += song.recording.seconds
    _one_file(shelf, release, f"{folder}/album.flac", gap=0.0, beside=(("album.cue", "\n".join(lines) + "\n"),))


def long_file(shelf: Shelf) -> None:
    """A side of a record in one file: the path names it, or nothing does."""
    release = shelf.take("one side")
    _one_file(shelf, release, f"Vinyl/{plain_folder(release)}/{release.title} (Side A).flac", gap=2.5, noise=0.0004)
    _one_file(shelf, shelf.take("one side"), "Vinyl/recording 1.flac", gap=3.0)


def _one_file(shelf: Shelf, release: Release, path: str, *, gap: float, noise: float = 0.0,
              beside: tuple[tuple[str, str], ...] = ()) -> None:  # fmt: skip
    at, expected = 0.0, []
    for song in songs_of(release):
        expected.append(replace(shelf.expected(song), span=(at, at + song.recording.seconds)))
        at += song.recording.seconds + gap
    file = MusicFile(path, release.recordings, tuple(expected), gap_seconds=gap, noise=noise, beside=beside)
    shelf.files.append(file)


def reissues(shelf: Shelf) -> None:
    """Three editions that only a barcode or a catalogue number tells apart."""
    groups = [shelf.family("reissue")[first : first + 3] for first in (0, 3, 6)]
    shelf.album(groups[0][0])
    for editions, tag in ((groups[1], "barcode"), (groups[2], "catalognumber")):
        release = editions[1]
        number = {tag: release.barcode if tag == "barcode" else release.catalog_number}
        edition = frozenset({release.mbid})
        shelf.album(release, tags=lambda song, number=number: song.tags | number,
                    expect=lambda song, edition=edition: shelf.expected(song, editions=edition))  # fmt: skip


def remaster(shelf: Shelf) -> None:
    """The id of the remastered edition, whose printed lengths are 1.5 s longer."""
    release = shelf.family("remaster")[1]
    edition = frozenset({release.mbid})
    shelf.album(
        release, tags=lambda song: song.tags | song.ids, expect=lambda song: shelf.expected(song, editions=edition)
    )


def with_film(shelf: Shelf) -> None:
    """One edition has a second disc with a film."""
    release = shelf.family("with film")[0]
    edition = frozenset({release.mbid})
    shelf.album(release, expect=lambda song: shelf.expected(song, editions=edition))


def isrc_only(shelf: Shelf) -> None:
    """Artist, title and ISRC; AcoustID does not know the music."""
    release = shelf.take("no fingerprints")
    for song in songs_of(release):
        tags = {"title": song.track.title, "artist": song.recording.credit.name, "isrc": song.recording.isrc}
        shelf.add(song, "Promo", shelf.anywhere(song, "open"), name=song.track.title, tags=tags)


def no_fingerprints(shelf: Shelf) -> None:
    """AcoustID does not know the music; the whole album is there with all its names."""
    shelf.album(shelf.take("no fingerprints"))
    shelf.album(shelf.take("odd names"))


KINDS: tuple[Damage, ...] = (
    clean, guests, typos, no_titles, no_artist_and_album, no_tags, right_ids, wrong_ids, wrong_ids_no_fingerprints,
    ids_nobody_knows, merged_ids, merged_links, bare_links, wrong_links_few, wrong_links_many, tracks_missing,
    bonus_tracks, id_of_another_edition, unknown_bonus, foreign_file, wrong_numbers, swapped_titles, loose,
    loose_without_tags, two_copies, truncated, encoded_again, unknown, unknown_imitation, unknown_covers, unknown_live,
    live, live_tagged_as_studio, recorded_again, recorded_again_no_fingerprints, tribute, classical, compilations,
    compilation_without_tags, singles, one_sound_twice, same_artist_name, same_everything, self_titled, pseudo_release,
    two_discs, long_file_with_cue, long_file, reissues, remaster, with_film, isrc_only, no_fingerprints,
)  # fmt: skip
