"""A catalogue of music that does not exist, with what makes identification hard in real ones.

Another seed gives other names, songs, lengths and numbers, and the same kinds of difficulties.
"""

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tests.world.dice import Dice
from tests.world.model import (
    AcoustIdTrack,
    Artist,
    Catalogue,
    Credit,
    Group,
    Medium,
    Recording,
    Release,
    Track,
    Work,
)
from tests.world.names import Names

VARIOUS = Artist("89ad4ac3-39f7-470e-963a-56509c546377", "Various Artists", "add compilations to this artist")
SHORT, USUAL, LONG = (11.5, 13.5), (13.0, 20.0), (25.0, 29.0)
"""Lengths of songs, in seconds."""


def catalogue(seed: int) -> Catalogue:
    """Return the catalogue of a seed."""
    maker = _Maker(seed)
    for build in (_plain, _editions, _takes, _sharing, _namesakes, _kinds_of_release, _links, _unlisted):
        build(maker)
    maker.link_the_rest()
    return maker.catalogue


def plain_catalogue(seed: int, *, albums: int, tracks: int) -> Catalogue:
    """Return a catalogue of nothing but albums as most are: one edition, one artist, linked fingerprints."""
    maker = _Maker(seed)
    for _ in range(albums):
        maker.album("plain", tracks, seconds=SHORT)
    maker.link_the_rest()
    return maker.catalogue


def single_credit(artist: Artist) -> Credit:
    return Credit(((artist, ""),))


class _Maker:
    """Makes artists, recordings and releases, and puts them into the catalogue."""

    def __init__(self, seed: int) -> None:
        self.dice = Dice(f"catalogue {seed}")
        self.names = Names(self.dice)
        self.catalogue = Catalogue(seed)
        self._made = 0
        self._unlinked: set[str] = set()
        self._linked: set[str] = set()

    def new_id(self) -> str:
        self._made += 1
        digest = hashlib.blake2b(f"{self.catalogue.seed}/{self._made}".encode(), digest_size=16).digest()
        return str(uuid.UUID(bytes=digest, version=4))

    def artist(self, name: str | None = None, disambiguation: str = "") -> Artist:
        name = name or (self.names.band() if self.dice.chance(0.7) else self.names.person())
        return Artist(self.new_id(), name, disambiguation)

    def song(self, artist: Artist | Credit, title: str | None = None, *, seconds=USUAL, take="studio") -> Recording:
        credit = artist if isinstance(artist, Credit) else single_credit(artist)
        title = title or self.names.song()
        length = round(self.dice.uniform(*seconds), 2)
        return Recording(self.new_id(), title, credit, Work(self.new_id(), title), length, take, self._isrc())

    def songs(self, artist: Artist, count: int, *, seconds=USUAL) -> list[Recording]:
        return [self.song(artist, seconds=seconds) for _ in range(count)]

    def again(self, song: Recording, *, take: str, by: Artist | None = None, title: str | None = None) -> Recording:
        """Return the same song in another take, of another length."""
        change = self.dice.choice((-1, 1)) * self.dice.uniform(3.6, 6.0)
        seconds = round(song.seconds + (change if song.seconds + change > 11 else abs(change)), 2)
        credit = single_credit(by) if by else song.credit
        made = Recording(self.new_id(), title or song.title, credit, song.work, seconds, take, self._isrc())
        return replace(made, disambiguation=take if take != "studio" else "")

    def medium(
        self, recordings: Sequence[Recording], *, position=1, kind="CD", side="", more_ms=0, titles=()
    ) -> Medium:
        tracks = []
        for number, recording in enumerate(recordings, 1):
            jitter = self.dice.between(-400, 400)
            length = round(recording.seconds * 1000) + jitter + more_ms
            label = f"{side}{number}"
            title = titles[number - 1] if titles else recording.title
            tracks.append(Track(self.new_id(), number, label, title, recording, length))
        return Medium(position, kind, tuple(tracks))

    def release(self, family: str, media: Sequence[Medium], credit: Artist | Credit, **more) -> Release:
        """Put a release into the catalogue; without `group` it gets one of its own."""
        credit = credit if isinstance(credit, Credit) else single_credit(credit)
        title = more.pop("title", None) or self.names.album()
        kinds = {name: more.pop(name) for name in ("primary", "secondary") if name in more}
        group = more.pop("group", None) or Group(self.new_id(), title, credit, **kinds)
        date = f"{self.dice.between(1967, 2023)}-{self.dice.between(1, 12):02}-{self.dice.between(1, 28):02}"
        facts = {
            "date": date,
            "country": self.dice.choice(("GB", "US", "DE", "JP", "SE", "XW")),
            "barcode": self._barcode(),
            "catalog_number": f"{self.dice.choice('ABCDEFG')}LP {self.dice.between(100, 9999)}",
            "label": self.names.label(),
        }
        made = Release(self.new_id(), title, credit, group, tuple(media), **(facts | more))
        return self.put(family, made)

    def put(self, family: str, release: Release) -> Release:
        self.catalogue.releases.append(release)
        self.catalogue.families.setdefault(family, []).append(release)
        return release

    def album(self, family: str, count: int, *, seconds=USUAL, artist: Artist | None = None, **more) -> Release:
        artist = artist or self.artist()
        return self.release(family, [self.medium(self.songs(artist, count, seconds=seconds))], artist, **more)

    def edition(self, family: str, of: Release, *, media: Sequence[Medium] | None = None, more_ms=0, **more) -> Release:
        """Put another edition of a release into the catalogue."""
        media = media or [
            self.medium(
                each.tracks and [track.recording for track in each.tracks],
                position=each.position,
                kind=each.format,
                more_ms=more_ms,
            )
            for each in of.media
        ]
        return self.release(family, media, of.credit, **({"title": of.title, "group": of.group} | more))

    def link(self, sound: Recording, *links: tuple[Recording | str, int], is_bare=False) -> None:
        """Tell AcoustID what a sound is."""
        self._linked.add(sound.sound)
        pairs = tuple((each if isinstance(each, str) else each.mbid, sources) for each, sources in links)
        self.catalogue.acoustid.append(AcoustIdTrack(self.new_id(), sound, pairs, is_bare))

    def leave_unlinked(self, recordings: Iterable[Recording]) -> None:
        self._unlinked.update(recording.sound for recording in recordings)

    def link_the_rest(self) -> None:
        """Tell AcoustID of every sound that nothing else was said of."""
        for recording in self.catalogue.recordings().values():
            if recording.sound not in self._linked | self._unlinked:
                self.link(recording, (recording, self.dice.between(5, 60)))

    def _barcode(self) -> str:
        """Return an EAN-13 whose last digit checks the others."""
        digits = f"{self.dice.between(40 * 10**10, 10**12 - 1)}"
        total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
        return f"{digits}{-total % 10}"

    def _isrc(self) -> str:
        return f"QZ{self.dice.choice('ABCDEFGH')}{self.dice.between(10, 99)}{self.dice.below(10**7):07}"


def _plain(make: _Maker) -> None:
    for _ in range(18):
        make.album("plain", make.dice.choice((3, 3, 4, 5)))
    for count in (10, 12):
        make.album("many tracks", count, seconds=SHORT)
    for _ in range(4):
        make.leave_unlinked(make.album("no fingerprints", make.dice.choice((3, 4))).recordings)
    odd = make.artist(name="W/R\u2014T (Part 2)!?")
    titles = ('AC/DC: "Live" [not live]', "What? (No) && Yes", "C:\\ > *", "Ærøskøbing ~ 2")
    songs = [make.song(odd, title) for title in titles]
    make.release("odd names", [make.medium(songs)], odd, title="+/- (Plus: Minus)")
    make.leave_unlinked(songs)
    band, guest = make.artist(), make.artist()
    both = Credit(((band, " feat. "), (guest, "")))
    songs = [make.song(band), make.song(both), make.song(band), make.song(Credit(((band, " & "), (guest, ""))))]
    make.release("guests", [make.medium(songs)], band)


def _editions(make: _Maker) -> None:
    for _ in range(3):
        first = make.album("reissue", 4)
        make.edition("reissue", first)
        make.edition("reissue", first, status="Promotion")
    first = make.album("remaster", 4)
    make.edition("remaster", first, more_ms=1500, disambiguation="remastered")
    for family in ("deluxe", "deluxe 2"):
        standard = make.album(family, 4)
        extra = make.songs(standard.credit.parts[0][0], 3)
        make.edition(family, standard, media=[make.medium([*standard.recordings, *extra])], disambiguation="deluxe")
    disc = make.album("with film", 3)
    film = make.medium([make.again(disc.recordings[0], take="live")], position=2, kind="DVD-Video")
    make.edition("with film", disc, media=[*disc.media, film])


def _takes(make: _Maker) -> None:
    """Make live albums, songs that were recorded again, remixes and covers."""
    for family in ("live", "live 2"):
        studio = make.album(family, 4)
        band = studio.credit.parts[0][0]
        played = [make.again(song, take="live", title=f"{song.title} (live)") for song in studio.recordings]
        make.release(
            family, [make.medium(played)], band, title=f"Live at the {make.names.album()}", secondary=("Live",)
        )
    for family in ("recorded again", "recorded again, no fingerprints"):
        old = make.album(family, 4)
        again = [replace(make.again(song, take="again"), disambiguation="") for song in old.recordings]
        close = [
            replace(song, seconds=before.seconds + 0.7) for song, before in zip(again, old.recordings, strict=True)
        ]
        make.release(family, [make.medium(close)], old.credit, title=f"{old.title} (Revisited)")
        if family != "recorded again":
            make.leave_unlinked([*old.recordings, *close])
    first = make.album("tribute", 4)
    others = make.artist()
    covers = [
        replace(make.again(song, take="cover", by=others), seconds=song.seconds - 0.9) for song in first.recordings
    ]
    make.release("tribute", [make.medium(covers)], others, title=first.title)
    for _ in range(2):
        _symphony(make)


def _symphony(make: _Maker) -> None:
    composer = make.artist(make.names.person())
    number, key = make.dice.between(2, 9), make.dice.choice(("D major", "C minor", "E-flat major"))
    movements = ("I. Allegro con brio", "II. Andante", "III. Scherzo: Presto", "IV. Finale: Allegro molto")
    full = [f"Symphony no. {number} in {key}, op. {10 * number}: {movement}" for movement in movements]
    first = [make.song(composer, title) for title in full]
    orchestra = make.artist(f"{make.names.album()} Philharmonic")
    credit = Credit(((composer, "; "), (orchestra, "")))
    make.release("classical", [make.medium(first)], credit, title=f"Symphony no. {number}")
    second = [make.again(song, take="cover") for song in first]
    other = Credit(((composer, "; "), (make.artist(f"{make.names.album()} Chamber Orchestra"), "")))
    make.release("classical", [make.medium(second)], other, title=f"Symphony no. {number}")


def _sharing(make: _Maker) -> None:
    """Make compilations, singles and EPs that hold recordings of albums."""
    band = make.artist()
    albums = [make.album("best of: albums", 4, artist=band) for _ in range(2)]
    chosen = [song for album in albums for song in album.recordings[:2]]
    make.release("best of", [make.medium([*chosen, make.song(band)])], band, secondary=("Compilation",))
    for _ in range(2):
        owners = make.dice.sample(make.catalogue.families["plain"][:10], 5)
        chosen = [make.dice.choice(album.recordings) for album in owners]
        make.release("various", [make.medium(chosen)], VARIOUS, secondary=("Compilation",))
    for _ in range(2):
        album = make.album("single: album", 4, seconds=LONG)
        hit = album.recordings[0]
        edit = replace(make.again(hit, take="edit", title=f"{hit.title} (radio edit)"), seconds=hit.seconds - 10.5)
        remix = make.again(hit, take="remix", title=f"{hit.title} ({make.names.person()} remix)")
        songs = [edit, remix, make.song(album.credit)]
        make.release(
            "single", [make.medium(songs, kind="Digital Media")], album.credit, title=hit.title, primary="Single"
        )
        songs = [hit, album.recordings[1], make.song(album.credit)]
        make.release("ep", [make.medium(songs)], album.credit, title=f"{hit.title} EP", primary="EP")
    original = make.album("twins", 4)
    twins = [replace(song, mbid=make.new_id(), isrc="", sounds_like=song.mbid) for song in original.recordings[:3]]
    make.release("twins", [make.medium([*twins, make.song(make.artist())])], VARIOUS, secondary=("Compilation",))
    for song, twin in zip(original.recordings, twins, strict=False):
        make.link(song, (song, 40), (twin, 9))


def _namesakes(make: _Maker) -> None:
    name = make.names.band()
    for country in ("British rock band", "Swedish folk duo"):
        make.album("same artist name", 4, artist=make.artist(name, country))
    name, title = make.names.band(), make.names.album()
    titles = [make.names.song() for _ in range(4)]
    for place in ("Leeds punk band", "Ohio soul singer"):
        artist = make.artist(name, place)
        songs = [make.song(artist, song, seconds=(16.0, 16.8)) for song in titles]
        make.release("same everything", [make.medium(songs)], artist, title=title)
        make.leave_unlinked(songs)
    band = make.artist()
    for year in ("1994-05-10", "2001-05-15"):
        make.album("self-titled", 4, artist=band, title=band.name, date=year)


def _kinds_of_release(make: _Maker) -> None:
    for title, latin in (("百花繚乱", "Hyakka Ryoran"), ("雪の音", "Yuki no Oto")):
        written = ["夜の窓", "青い鳥", "海辺で", "灯台"]
        read = ["Yoru no Mado", "Aoi Tori", "Umibe de", "Todai"]
        artist = make.artist(make.names.person())
        songs = [make.song(artist, f"{each}{title[0]}") for each in written]
        official = make.release("pseudo", [make.medium(songs)], artist, title=title, country="JP")
        tracks = tuple(
            replace(track, mbid=make.new_id(), title=f"{said} {latin.split()[0]}")
            for track, said in zip(official.media[0].tracks, read, strict=True)
        )
        make.edition("pseudo", official, media=[Medium(1, "CD", tracks)], title=latin, status="Pseudo-Release",
                     barcode="", catalog_number="", label="", date="")  # fmt: skip
    for count in (3, 4):
        artist = make.artist()
        media = [make.medium(make.songs(artist, count), position=disc) for disc in (1, 2)]
        make.release("two discs", media, artist)
    for count in (3, 4, 3):
        artist = make.artist()
        songs = make.songs(artist, count, seconds=LONG)
        make.release("one side", [make.medium(songs, kind='12" Vinyl', side="A")], artist, primary="EP")


def _links(make: _Maker) -> None:
    """Make albums whose fingerprints AcoustID has linked badly, and ids that were merged."""
    for family, right, wrong in (("wrong links, few", 40, 2), ("wrong links, many", 2, 55)):
        album, other = make.album(family, 4), make.album(f"{family}: others", 4)
        for song, wrong_one in zip(album.recordings[:2], other.recordings, strict=False):
            make.link(song, (song, right), (wrong_one, wrong))
    for song in make.album("bare links", 4).recordings:
        make.link(song, (song, make.dice.between(5, 30)), is_bare=True)
    two_tracks = make.album("two links", 4)
    for song in two_tracks.recordings:
        make.link(song, (song, make.dice.between(20, 40)))
        make.link(song, (song, 3))
    for album in (make.album("merged", 4), make.album("merged", 3)):
        make.catalogue.merged[make.new_id()] = album.mbid
        for song in album.recordings:
            make.catalogue.merged[make.new_id()] = song.mbid
    for _ in range(2):
        for song in (gone := make.album("old links", 3)).recordings:
            before = make.new_id()
            make.catalogue.merged[before] = song.mbid
            make.link(song, (before, 12))
        assert gone.mbid


def _unlisted(make: _Maker) -> None:
    """Make albums that no service knows."""
    known = len(make.catalogue.releases)
    for count in (4, 3):
        make.album("unknown", count)
    original = make.catalogue.families["live"][0]
    played = [make.again(song, take="bootleg") for song in original.recordings]
    make.release("unknown live", [make.medium(played)], original.credit, title=original.title)
    source = make.catalogue.families["no fingerprints"][3]
    home = [replace(make.song(source.credit, song.title), seconds=song.seconds + 4.5) for song in source.recordings]
    make.release("unknown imitation", [make.medium(home)], source.credit, title=source.title)
    stranger = make.artist()
    songs = [make.song(stranger, song.title) for song in make.catalogue.families["plain"][0].recordings]
    make.release("unknown covers", [make.medium(songs)], stranger)
    make.album("unknown bonus", 3)
    make.catalogue.unlisted = make.catalogue.releases[known:]
    del make.catalogue.releases[known:]
