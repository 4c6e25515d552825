"""Albums as they lie on people's disks, against a small catalogue: what each piece is decided to be, and why."""

from dataclasses import replace

import pytest

from music.alignment import align
from music.match_decision import judge_album
from music.match_parameters import MatchParameters
from music.piece_evidence import Piece
from music.releases import ArtistCredit
from tests.music.shelf import FLOYD, Shelf, decided, disc, group_of, release, track, untagged

WISH_SONGS = disc(
    ("Shine On You Crazy Diamond, Parts 1-5", 811),
    ("Welcome to the Machine", 451),
    ("Have a Cigar", 308),
    ("Wish You Were Here", 281),
    ("Shine On You Crazy Diamond, Parts 6-9", 750),
)
WISH = release("wish", "Wish You Were Here", WISH_SONGS)
DELUXE = release(
    "deluxe",
    "Wish You Were Here (Deluxe Edition)",
    replace(WISH_SONGS, tracks=(*WISH_SONGS.tracks, track(6, "Raving and Drooling", 760), track(7, "Crazy", 900))),
    group="rg Wish You Were Here",
    date="2011",
)
LIVE = release(
    "live",
    "Wish You Were Here Live",
    disc(
        ("Welcome to the Machine", 470, "live machine"),
        ("Have a Cigar", 330, "live cigar"),
        ("Wish You Were Here", 300, "live wish"),
    ),
    secondary_types=("Live",),
)
DARK = release(
    "dark",
    "The Dark Side of the Moon",
    disc(("Speak to Me", 67), ("Breathe", 163), ("On the Run", 225), ("Time", 413), ("Money", 382)),
)
HITS = release(
    "hits",
    "Golden Hits",
    disc(
        track(1, "Have a Cigar", 308),
        track(2, "Bohemian Rhapsody", 355, artist=ArtistCredit("Queen", ("queen",))),
        track(3, "Money", 382),
        track(4, "Heroes", 371, artist=ArtistCredit("David Bowie", ("bowie",))),
    ),
    artist=ArtistCredit("Various Artists", ("va",)),
    secondary_types=("Compilation",),
)
SINGLE = release("single", "Have a Cigar", disc(("Have a Cigar", 308), ("Machine (edit)", 205)), primary_type="Single")
ALL = (WISH, DELUXE, LIVE, DARK, HITS, SINGLE)


def of(release_chosen):
    return [song.recording_mbid for _, song in release_chosen.tracks()]


def accepted(recordings):
    return [("ACCEPT", mbid) for mbid in recordings]


def without_sound(piece):
    return replace(piece, matches=())


@pytest.mark.parametrize("chosen", ALL, ids=lambda each: each.mbid)
@pytest.mark.parametrize("change", [lambda piece: piece, untagged], ids=["tagged", "untagged"])
def test_a_whole_album_is_accepted_with_one_lookup(chosen, change):
    shelf = Shelf(ALL)

    matches = shelf.identify(group_of(shelf.rip(chosen.mbid, change=change)))

    assert decided(matches) == accepted(of(chosen))
    assert {match.release_group_mbid for match in matches} == {chosen.release_group_mbid}
    assert shelf.asked == [f"release {chosen.mbid}"]


def test_a_whole_album_says_that_all_tracks_agree():
    shelf = Shelf(ALL)

    match = shelf.identify(group_of(shelf.rip("dark")))[0]

    assert match.reason.startswith("All 5 tracks agree with The Dark Side of the Moon; fingerprints agree on 5 of 5.")
    assert match.release_mbid == "dark"
    assert match.evidence.release_share == 1.0
    assert match.evidence.fingerprint_min == pytest.approx(0.95)


def test_the_standard_edition_looks_like_a_deluxe_edition_without_its_bonus_tracks():
    shelf = Shelf(ALL)

    matches = shelf.identify(group_of(shelf.rip("deluxe")[:5]))

    assert decided(matches) == accepted(of(WISH))
    assert {match.release_mbid for match in matches} == {None}
    assert set(matches[0].editions) == {"wish", "deluxe"}
    assert "2 editions fit equally" in matches[0].reason


def test_tags_that_count_the_tracks_tell_the_edition():
    shelf = Shelf(ALL)

    matches = shelf.identify(group_of(replace(piece, track_total=5) for piece in shelf.rip("wish")))

    assert {match.release_mbid for match in matches} == {"wish"}


def test_bonus_tracks_tell_the_deluxe_edition():
    shelf = Shelf(ALL)

    matches = shelf.identify(group_of(shelf.rip("deluxe", change=untagged)))

    assert {match.release_mbid for match in matches} == {"deluxe"}


def test_reissues_with_equal_tracks_are_not_told_apart():
    reissue = replace(WISH, mbid="reissue", date="2000")
    shelf = Shelf((WISH, reissue))

    matches = shelf.identify(group_of(shelf.rip("wish")))

    assert decided(matches) == accepted(of(WISH))
    assert (matches[0].release_mbid, matches[0].release_group_mbid) == (None, "rg Wish You Were Here")
    assert set(matches[0].editions) == {"wish", "reissue"}


@pytest.mark.parametrize(
    "proof",
    [
        {"release_mbid": "reissue"},
        {"barcode": "0 077774 6442"},
        {"catalog_number": "SHVL-814"},
    ],
    ids=lambda proof: next(iter(proof)),
)
def test_an_id_a_barcode_or_a_catalogue_number_tells_the_edition(proof):
    reissue = replace(WISH, mbid="reissue", date="2000", barcode="00777746442", catalog_numbers=("SHVL 814",))
    shelf = Shelf((WISH, reissue))
    group = group_of(replace(piece, **proof) for piece in shelf.rip("reissue"))

    matches = judge_album(group, [align(group, WISH), align(group, reissue)], (), MatchParameters())

    assert {match.release_mbid for match in matches} == {"reissue"}
    assert decided(matches) == accepted(of(WISH))


def test_missing_tracks_leave_the_others_accepted():
    shelf = Shelf(ALL)

    matches = shelf.identify(group_of(shelf.rip("dark")[:3]))

    assert decided(matches) == accepted(of(DARK)[:3])
    assert matches[0].reason.startswith("3 of 5 tracks agree with")


def test_a_foreign_file_is_judged_by_itself():
    shelf = Shelf(ALL)
    stranger = replace(shelf.rip("dark")[4], file_key="zz", album=None, path_album=None)

    *album, foreign = shelf.identify(group_of([*shelf.rip("wish"), stranger]))

    assert decided(album) == accepted(of(WISH))
    assert decided([foreign]) == [("ACCEPT", "rec Money")]
    assert foreign.reason.startswith("It is on no track of Wish You Were Here.")
    assert foreign.release_group_mbid != "rg Wish You Were Here"


def test_two_files_of_one_track_are_for_a_person():
    shelf = Shelf(ALL)
    pieces = shelf.rip("wish")

    matches = shelf.identify(group_of([*pieces, replace(pieces[2], file_key="zz copy")]))

    assert [match.decision for match in matches] == ["ACCEPT", "ACCEPT", "REVIEW", "ACCEPT", "ACCEPT", "REVIEW"]
    assert "two files are this track" in matches[2].reason


def test_swapped_titles_yield_to_the_sound_and_that_is_said():
    shelf = Shelf(ALL)
    pieces = shelf.rip("wish")
    pieces[2:4] = replace(pieces[2], title=pieces[3].title), replace(pieces[3], title=pieces[2].title)

    matches = shelf.identify(group_of(pieces))

    assert decided(matches) == accepted(of(WISH))
    assert "It calls itself “Wish You Were Here”, but sounds like “Have a Cigar”." in matches[2].reason


def test_wrong_track_numbers_do_no_harm():
    shelf = Shelf(ALL)

    matches = shelf.identify(
        group_of(replace(piece, track_number=9 - piece.track_number) for piece in shelf.rip("wish"))
    )

    assert decided(matches) == accepted(of(WISH))


def test_mistyped_titles_do_no_harm():
    shelf = Shelf(ALL)

    matches = shelf.identify(
        group_of(replace(piece, title=piece.title[:3] + piece.title[4:]) for piece in shelf.rip("dark"))
    )

    assert decided(matches) == accepted(of(DARK))


@pytest.mark.parametrize("links", [{"rec Have a Cigar": 20, "rec Time": 2}, {"rec Have a Cigar": 3, "rec Time": 30}])
def test_an_album_knows_better_than_a_wrong_link(links):
    shelf = Shelf(ALL, links={"rec Have a Cigar": links})

    assert decided(shelf.identify(group_of(shelf.rip("wish")))) == accepted(of(WISH))


@pytest.mark.parametrize("change", [lambda piece: piece, untagged], ids=["tagged", "untagged"])
def test_a_piece_that_is_linked_to_another_song_only_is_not_accepted(change):
    shelf = Shelf(ALL, links={"rec Have a Cigar": {"rec Time": 30}})

    matches = shelf.identify(group_of(shelf.rip("wish", change=change)))

    assert [match.decision for match in matches] == ["ACCEPT", "ACCEPT", "REVIEW", "ACCEPT", "ACCEPT"]


def test_a_loose_piece_that_its_only_link_contradicts_is_not_accepted():
    shelf = Shelf(ALL, links={"rec Have a Cigar": {"rec Time": 30}})

    (match,) = shelf.identify(group_of(shelf.rip("wish")[2:3]))

    assert match.decision == "REVIEW"
    assert "it calls itself “Have a Cigar”" in match.reason


def test_a_truncated_track_is_for_a_person_and_the_others_are_not():
    shelf = Shelf(ALL)
    pieces = shelf.rip("wish")
    pieces[0] = replace(pieces[0], duration_seconds=400.0, matches=())

    matches = shelf.identify(group_of(pieces))

    assert [match.decision for match in matches] == ["REVIEW", "ACCEPT", "ACCEPT", "ACCEPT", "ACCEPT"]
    assert "it is 411 s shorter" in matches[0].reason


def test_without_sound_a_whole_album_that_fits_is_accepted():
    shelf = Shelf(ALL)

    matches = shelf.identify(group_of(shelf.rip("dark", change=without_sound)))

    assert decided(matches) == accepted(of(DARK))
    assert shelf.asked == ["search The Dark Side of the Moon", "release dark"]


def test_without_sound_a_part_of_an_album_is_not():
    shelf = Shelf(ALL)

    matches = shelf.identify(group_of(shelf.rip("dark", change=without_sound)[:3]))

    assert {match.decision for match in matches} == {"REVIEW"}
    assert "its sound is not known" in matches[0].reason


def test_without_sound_true_ids_are_enough():
    shelf = Shelf(ALL)
    pieces = [
        replace(piece, recording_mbid=mbid, release_mbid="dark", matches=())
        for piece, mbid in zip(shelf.rip("dark"), of(DARK), strict=True)
    ]

    matches = shelf.identify(group_of(pieces[:3]))

    assert decided(matches) == accepted(of(DARK)[:3])
    assert {match.release_mbid for match in matches} == {"dark"}


def test_without_sound_two_editions_with_other_recordings_are_not_told_apart():
    other = tuple(replace(song, recording_mbid=f"new {song.title}") for song in DARK.media[0].tracks)
    remaster = replace(DARK, mbid="remaster", media=(replace(DARK.media[0], tracks=other),), date="2011")
    shelf = Shelf((DARK, remaster))

    matches = shelf.identify(group_of(shelf.rip("dark", change=without_sound)))

    assert {match.decision for match in matches} == {"REVIEW"}
    assert "another edition has another recording" in matches[0].reason


def test_ids_of_another_album_are_found_out():
    shelf = Shelf(ALL)
    pieces = [replace(piece, release_mbid="dark", recording_mbid="rec Time") for piece in shelf.rip("wish")]

    matches = shelf.identify(group_of(pieces))

    assert decided(matches) == accepted(of(WISH))
    assert {match.release_group_mbid for match in matches} == {"rg Wish You Were Here"}
    assert "The recording's id in its tags is another one." in matches[0].reason


def test_a_merged_id_is_remembered():
    merged = replace(DARK, requested_mbid="old dark")
    shelf = Shelf((DARK,))
    group = group_of(replace(piece, release_mbid="old dark") for piece in shelf.rip("dark"))

    matches = judge_album(group, [align(group, merged)], (), MatchParameters())

    assert {(match.release_mbid, match.requested_release_mbid) for match in matches} == {("dark", "old dark")}


def test_a_remaster_is_told_by_its_lengths():
    other = tuple(
        replace(song, recording_mbid=f"new {song.title}", length_seconds=song.length_seconds + 2)
        for song in DARK.media[0].tracks
    )
    remaster = replace(DARK, mbid="remaster", media=(replace(DARK.media[0], tracks=other),), date="2011")
    links = {mbid: {mbid: 30, f"new {mbid[4:]}": 12} for mbid in of(DARK)}
    shelf = Shelf((DARK, remaster), links=links | {f"new {mbid[4:]}": links[mbid] for mbid in links})

    assert decided(shelf.identify(group_of(shelf.rip("dark")))) == accepted(of(DARK))
    assert decided(shelf.identify(group_of(shelf.rip("remaster")))) == accepted(of(remaster))


def test_a_new_recording_of_an_album_is_told_by_its_sound_though_the_old_one_sounds_alike():
    again = disc(*((song.title, song.length_seconds, f"again {song.title}") for song in WISH_SONGS.tracks))
    shelf = Shelf([WISH, release("again", "Wish You Were Here (Revisited)", again)])
    pieces = [
        replace(piece, matches=(*piece.matches, *shelf.sound(old.recording_mbid, 0.6)))
        for piece, old in zip(shelf.rip("again"), WISH_SONGS.tracks, strict=True)
    ]

    assert decided(shelf.identify(group_of(pieces))) == [
        ("ACCEPT", f"again {song.title}") for song in WISH_SONGS.tracks
    ]


def test_recordings_that_neither_length_nor_sources_tell_apart_are_for_a_person():
    other = tuple(replace(song, recording_mbid=f"new {song.title}") for song in DARK.media[0].tracks)
    remaster = replace(DARK, mbid="remaster", media=(replace(DARK.media[0], tracks=other),), date="2011")
    shelf = Shelf((DARK, remaster), links={mbid: {mbid: 20, f"new {mbid[4:]}": 15} for mbid in of(DARK)})

    matches = shelf.identify(group_of(shelf.rip("dark")))

    assert {match.decision for match in matches} == {"REVIEW"}
    assert "it may as well be another recording of it" in matches[0].reason


def test_a_live_album_under_the_titles_of_the_studio_is_the_live_album():
    shelf = Shelf(ALL)

    matches = shelf.identify(group_of(replace(piece, album="Wish You Were Here") for piece in shelf.rip("live")))

    assert [match.recording_mbid for match in matches] == of(LIVE)


def test_studio_tags_without_sound_do_not_make_a_studio_album_of_live_recordings():
    shelf = Shelf(ALL)
    pieces = [replace(piece, album="Wish You Were Here", matches=()) for piece in shelf.rip("live")]

    matches = shelf.identify(group_of(pieces))

    assert "ACCEPT" not in {match.decision for match in matches}


def test_two_discs_are_one_album_whatever_their_numbering():
    first, second = disc(("One", 200), ("Two", 210)), disc(("Three", 220), ("Four", 230), position=2)
    twice = release("twice", "Twice", first, second)
    shelf = Shelf((twice,))
    continued = [replace(piece, disc_number=None, track_number=at) for at, piece in enumerate(shelf.rip("twice"), 1)]

    for pieces in (shelf.rip("twice"), continued, shelf.rip("twice", change=untagged)):
        assert decided(shelf.identify(group_of(pieces))) == accepted(of(twice))


def test_an_album_is_not_one_disc_of_a_box():
    box = release("box", "The Box", WISH_SONGS, replace(DARK.media[0], position=2))
    shelf = Shelf((WISH, DARK, box))

    matches = shelf.identify(group_of(shelf.rip("dark", change=untagged)))

    assert {match.release_group_mbid for match in matches} == {DARK.release_group_mbid}


def test_a_pseudo_release_is_never_claimed():
    sakura = disc(("桜", 200), ("雨", 210), ("夜", 220))
    original = release("original", "春", sakura, artist=ArtistCredit("宇多田", ("utada",)))
    romaji = tuple(
        replace(song, title=title) for song, title in zip(sakura.tracks, ("Sakura", "Ame", "Yoru"), strict=True)
    )
    pseudo = replace(
        original, mbid="pseudo", title="Haru", status="Pseudo-Release", media=(replace(sakura, tracks=romaji),)
    )
    shelf = Shelf((pseudo, original))

    matches = shelf.identify(group_of(shelf.rip("pseudo")))

    assert decided(matches) == accepted(of(original))
    assert {match.release_mbid for match in matches} <= {None, "original"}


def test_a_classical_work_is_known_although_the_tags_name_its_composer():
    players = ArtistCredit("Wiener Philharmoniker, Carlos Kleiber", ("vpo", "kleiber"))
    parts = ("I. Allegro con brio", "II. Andante con moto", "III. Allegro", "IV. Allegro")
    titles = [f"Symphony no. 5 in C minor, op. 67: {part}" for part in parts]
    work = release(
        "fifth",
        "Symphonie Nr. 5",
        disc(*((title, 400 + 50 * at) for at, title in enumerate(titles)), artist=players),
        artist=players,
    )
    shelf = Shelf((work,))
    pieces = [
        replace(piece, artist="Ludwig van Beethoven", album_artist=None, title=piece.title.replace("op.", "Op."))
        for piece in shelf.rip("fifth")
    ]

    assert decided(shelf.identify(group_of(pieces))) == accepted(of(work))
    assert decided(shelf.identify(group_of(pieces[1:2]))) == accepted(of(work)[1:2])


def test_artists_of_one_name_are_told_by_the_sound():
    others = ArtistCredit("Pink Floyd", ("other-floyd",))
    namesake = release("namesake", "Money", disc(("Money", 381, "other money"), artist=others), artist=others)
    shelf = Shelf((DARK, namesake))

    (match,) = shelf.identify(group_of([replace(shelf.rip("dark")[4], album=None, path_album=None)]))

    assert (match.decision, match.artist_mbids) == ("ACCEPT", FLOYD.mbids)


def test_artists_of_one_name_are_not_told_by_names_alone():
    others = ArtistCredit("Pink Floyd", ("other-floyd",))
    namesake = release("namesake", "Money", disc(("Money", 381, "other money"), artist=others), artist=others)
    shelf = Shelf((DARK, namesake))

    (match,) = shelf.identify(group_of([without_sound(shelf.rip("dark")[4])]))

    assert match.decision != "ACCEPT"


def test_music_that_nobody_knows_is_nothing():
    shelf = Shelf(ALL)
    pieces = [
        Piece(file_key=f"k{at}", path=f"Demo/{at}.flac", duration_seconds=200 + at, title=f"Ours {at}", artist="We",
              album="Our Tape", was_looked_up=True)
        for at in range(5)
    ]  # fmt: skip

    matches = shelf.identify(group_of(pieces))

    assert {(match.decision, match.recording_mbid) for match in matches} == {("REJECT", None)}


def test_one_long_file_is_an_album():
    shelf = Shelf(ALL)
    cut = [
        Piece(file_key="side", path="side.flac", segment_index=at, segment_count=5,
              duration_seconds=piece.duration_seconds + 1.5, matches=piece.matches, was_looked_up=True)
        for at, piece in enumerate(shelf.rip("dark"))
    ]  # fmt: skip

    assert decided(shelf.identify(group_of(cut, medium="CD"))) == accepted(of(DARK))


def test_songs_of_one_album_beside_a_shorter_release_of_them_are_not_given_to_it():
    ep = release("ep", "Three Songs", disc(("Breathe", 163), ("Time", 413), ("Money", 382)), primary_type="EP")
    shelf = Shelf((DARK, ep))
    pieces = shelf.rip("dark")

    matches = shelf.identify(group_of([pieces[1], pieces[3], pieces[4]]))

    assert [match.recording_mbid for match in matches] == ["rec Breathe", "rec Time", "rec Money"]
    assert "rg Three Songs" not in {match.release_group_mbid for match in matches}


def test_untagged_songs_of_two_compilations_are_known_but_not_their_album():
    songs = [("Breathe", 163), ("Time", 413), ("Money", 382)]
    first = release("first", "One", disc(*songs), secondary_types=("Compilation",))
    second = release("second", "Other", disc(*songs), secondary_types=("Compilation",))
    shelf = Shelf((DARK, first, second))

    matches = shelf.identify(group_of(shelf.rip("first", change=untagged)))

    assert [match.recording_mbid for match in matches] == of(first)
    assert {match.release_group_mbid for match in matches if match.decision == "ACCEPT"} <= {None}


def test_every_score_is_a_share_and_every_candidate_ranked():
    shelf = Shelf(ALL)

    for match in shelf.identify(group_of(shelf.rip("wish")[:4])):
        assert 0 <= match.confidence <= 1
        assert [candidate.rank for candidate in match.candidates] == list(range(1, len(match.candidates) + 1))
        assert all(0 <= candidate.score <= 1 for candidate in match.candidates)


def never_asked(piece):
    return replace(piece, matches=(), was_looked_up=False)


SET = release("set", "Set", DARK.media[0], replace(WISH_SONGS, position=2))


@pytest.mark.parametrize(
    ("disc_number", "decision"), [(2, "ACCEPT"), (None, "REVIEW"), (1, "REVIEW")], ids=["named", "unnamed", "other"]
)
def test_never_asked_one_disc_of_a_set_is_proved_where_it_is_named(disc_number, decision):
    pieces = [piece for piece in Shelf([SET]).rip("set", change=never_asked) if piece.disc_number == 2]

    matches = Shelf([SET]).identify(group_of(replace(piece, disc_number=disc_number) for piece in pieces))

    assert {match.decision for match in matches} == {decision}


@pytest.mark.parametrize(("seconds", "decision"), [(0.5, "ACCEPT"), (2.0, "REVIEW")])
def test_a_sound_that_nobody_knows_beside_known_ones_needs_the_exact_length(seconds, decision):
    shelf = Shelf(ALL, unknown=("rec Have a Cigar",))
    pieces = shelf.rip("wish")
    pieces[2] = replace(pieces[2], duration_seconds=308 + seconds)

    matches = shelf.identify(group_of(pieces))

    assert [match.decision for match in matches] == ["ACCEPT", "ACCEPT", decision, "ACCEPT", "ACCEPT"]


def test_a_track_of_unknown_length_leaves_the_rest_of_its_album_proved():
    songs = [*WISH_SONGS.tracks[:2], replace(WISH_SONGS.tracks[2], length_seconds=None), *WISH_SONGS.tracks[3:]]
    pieces = Shelf([WISH]).rip("wish", change=never_asked)

    matches = Shelf([release("wish", "Wish You Were Here", disc(*songs))]).identify(group_of(pieces))

    assert [match.decision for match in matches] == ["ACCEPT", "ACCEPT", "REVIEW", "ACCEPT", "ACCEPT"]


REMASTER = release(
    "remaster",
    "The Dark Side of the Moon",
    disc(*((song.title, song.length_seconds, f"new {song.title}") for song in DARK.media[0].tracks)),
    group=DARK.release_group_mbid,
    date="2011",
)


@pytest.mark.parametrize(
    ("scores", "decision"),
    [((0.95, 0.80), "ACCEPT"), ((0.80, 0.95), "REVIEW"), ((0.95, 0.93), "REVIEW")],
    ids=["liker", "less like", "as like"],
)
def test_a_remaster_of_the_same_lengths_is_told_by_the_sound_it_is_clearly_more_like(scores, decision):
    shelf = Shelf([DARK, REMASTER])
    own, other = scores

    def heard(piece):
        return replace(
            piece, matches=(*shelf.sound(f"rec {piece.title}", own), *shelf.sound(f"new {piece.title}", other))
        )

    pieces = shelf.rip("dark", change=heard)
    matches = judge_album(group_of(pieces), [align(group_of(pieces), DARK)], (), MatchParameters())

    assert {match.decision for match in matches} == {decision}


def bare(linked):
    return replace(linked, title=None, artist=None, duration_seconds=None, releases=())


def test_where_another_edition_fits_as_well_a_recording_without_a_name_may_be_of_it():
    shelf = Shelf([DARK, REMASTER])

    def heard(piece):
        song = piece.title
        linked = Shelf([DARK, REMASTER], links={f"rec {song}": {f"rec {song}": 9, f"new {song}": 9}})
        (match,) = linked.sound(f"rec {song}")
        recordings = (bare(each) if each.mbid == "new Money" else each for each in match.recordings)
        return replace(piece, matches=(replace(match, recordings=tuple(recordings)),))

    matches = shelf.identify(group_of(shelf.rip("dark", change=heard)))

    assert {match.decision for match in matches} == {"REVIEW"}


def test_below_a_folder_of_any_name_another_may_name_artist_and_album():
    def change(piece):
        name = piece.title.replace("/", "_")
        path = f"Indie/Pink Floyd - The Dark Side of the Moon/0{piece.track_number} {name}.flac"
        bare = never_asked(untagged(piece))
        return replace(bare, path=path, path_artist="Indie", path_title=name, path_track_number=piece.track_number,
                       path_album="Pink Floyd - The Dark Side of the Moon")  # fmt: skip

    matches = Shelf(ALL).identify(group_of(Shelf(ALL).rip("dark", change=change)))

    assert decided(matches) == accepted(of(DARK))


@pytest.mark.parametrize(
    ("sources", "named"), [(20, True), (20, False)], ids=["a recording with a name", "one without"]
)
def test_an_id_in_the_tags_that_the_sound_allows_stops_another_recording(sources, named):
    shelf = Shelf([DARK, REMASTER], links={"rec Time": {"rec Time": sources, "new Time": 1}})

    def tagged(piece):
        if piece.title != "Time":
            return piece
        (match,) = piece.matches
        linked = [bare(each) if each.mbid == "new Time" and not named else each for each in match.recordings]
        return replace(piece, recording_mbid="new Time", matches=(replace(match, recordings=tuple(linked)),))

    matches = shelf.identify(group_of(shelf.rip("dark", change=tagged)))

    assert [match.decision for match in matches] == ["ACCEPT", "ACCEPT", "ACCEPT", "REVIEW", "ACCEPT"]


@pytest.mark.parametrize(
    ("number", "decision"), [(3, "REVIEW"), (None, "REVIEW"), (9, "ACCEPT")], ids=["its number", "none", "another"]
)
def test_a_nameless_piece_that_may_be_the_missing_track_is_not_called_by_a_link_alone(number, decision):
    money = release("alone", "Money", disc(("Money", 309)))
    shelf = Shelf([WISH, money], links={"rec Have a Cigar": {"rec Money": 30}})
    pieces = [
        replace(untagged(piece), path_track_number=number if piece.title == "Have a Cigar" else piece.track_number)
        for piece in shelf.rip("wish")
    ]

    matches = shelf.identify(group_of(pieces))

    assert matches[2].decision == decision
    assert {match.decision for match in (*matches[:2], *matches[3:])} == {"ACCEPT"}


def test_another_song_of_the_album_that_is_linked_as_often_is_no_rival_of_a_title():
    shelf = Shelf([DARK], links={"rec Time": {"rec Breathe": 1, "rec Time": 1}})

    def timeless(piece):
        (match,) = piece.matches
        recordings = tuple(replace(linked, duration_seconds=None) for linked in match.recordings)
        return replace(piece, matches=(replace(match, recordings=recordings),))

    assert decided(shelf.identify(group_of(shelf.rip("dark", change=timeless)))) == accepted(of(DARK))
