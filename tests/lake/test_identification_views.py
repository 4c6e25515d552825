import pytest

from lake.decisions import add_decisions, of_span, revoke_decisions
from lake.transaction import Transaction
from tests.lake.making import NOW, SECOND_TICKS, add, ago, found, outcome, piece

KEY = "a"
TEN = {"start_ticks": 0, "end_ticks": 10 * SECOND_TICKS}


def named(key: str = KEY, index: int = 0, decision: str = "ACCEPT", **more: object) -> dict[str, object]:
    """Return a row of identifications, of a piece as `piece` has it."""
    start = index * 10 * SECOND_TICKS
    return {
        "file_key": key,
        "segment_index": index,
        "decision": decision,
        "confidence": 0.9,
        "recording_mbid": f"recording of {key}",
        "release_group_mbid": "group",
        "title": "Accepted",
        "artist": "The Moorings",
        "album": "Low Tide",
        "track_position": 7,
        "artist_mbids": ["moorings"],
        "work_mbids": ["work"],
        "decided_by": "evidence",
        "reason": "All agree.",
        "group_id": "g",
        "start_time_ticks": start,
        "end_time_ticks": start + 10 * SECOND_TICKS,
        **more,
    }


def put(desk: Transaction, *keys: str, **more: object) -> None:
    for key in keys:
        row = {"title": "Tagged", "artist": "Tag", "album": "Tags", "track_number": 1, "audio_sha256": "audio"}
        add(desk, "discovered_files", found(key, **(row | more)))
        add(desk, "segments", piece(key))


def names(desk: Transaction, view: str = "library") -> list[tuple[object, ...]]:
    return desk.tuples(
        f"select title, artist, album, track_number, title_from, decision, recording_mbid from {view} order by file_key"
    )


TAGGED = ("Tagged", "Tag", "Tags", 1, "tags")


@pytest.mark.parametrize("view", ["library", "passages"])
def test_what_was_accepted_gives_the_names(desk: Transaction, view: str) -> None:
    put(desk, KEY)
    add(desk, "identifications", named(audio_sha256="audio"))

    assert names(desk, view) == [
        ("Accepted", "The Moorings", "Low Tide", 7, "identification", "ACCEPT", "recording of a")
    ]


@pytest.mark.parametrize("view", ["library", "passages"])
@pytest.mark.parametrize("decision", ["REVIEW", "REJECT"])
def test_what_was_not_accepted_is_shown_under_its_own_tags_and_without_ids(
    desk: Transaction, view: str, decision: str
) -> None:
    """S3-71."""
    put(desk, KEY)
    add(desk, "identifications", named(decision=decision))

    assert names(desk, view) == [(*TAGGED, decision, None)]
    for other in ("accepted_passages", "songs", "albums", "artists", "works", "passage_songs", "passage_albums"):
        assert desk.tuples(f"from {other}") == [], other


def test_a_piece_that_nobody_looked_for_is_complete_all_the_same(desk: Transaction) -> None:
    put(desk, KEY)

    assert names(desk) == names(desk, "passages") == [(*TAGGED, None, None)]


OTHERS = {
    "other audio": {"audio_sha256": "was other"},
    "a shorter piece": {"end_time_ticks": 8 * SECOND_TICKS},
    "another piece of the audio": {"start_time_ticks": 20 * SECOND_TICKS, "end_time_ticks": 30 * SECOND_TICKS},
}


@pytest.mark.parametrize("was", OTHERS.values(), ids=OTHERS)
def test_an_identification_of_what_is_no_longer_there_gives_no_name(desk: Transaction, was: dict[str, object]) -> None:
    put(desk, KEY)
    add(desk, "identifications", named(**was))

    assert names(desk) == names(desk, "passages") == [(*TAGGED, None, None)]
    assert desk.tuples("from accepted_passages") == []


def test_a_boundary_may_move_by_a_little(desk: Transaction) -> None:
    put(desk, KEY)
    add(desk, "identifications", named(end_time_ticks=9 * SECOND_TICKS))

    assert names(desk)[0][0] == "Accepted"


def test_files_that_are_gone_are_in_no_view(desk: Transaction) -> None:
    put(desk, KEY, gone_at=NOW)
    add(desk, "identifications", named(), named("b", decision="REVIEW"))

    for view in ("accepted_passages", "songs", "albums", "review_queue", "identification_evidence"):
        assert desk.tuples(f"from {view}") == [], view


def test_two_paths_with_one_audio_are_two_passages_of_one_song(desk: Transaction) -> None:
    put(desk, "a", "b")
    same = {"recording_mbid": "r", "release_mbid": "edition"}
    add(desk, "identifications", named("a", **same), named("b", **same | {"release_mbid": None}))

    assert desk.tuples("select recording_mbid, title, passages, files, albums from songs") == [
        ("r", "Accepted", 2, 2, 1)
    ]
    assert desk.tuples("select title, artist, release_mbids, songs, passages, files from albums") == [
        ("Low Tide", "The Moorings", ["edition"], 1, 2, 2)
    ]
    assert desk.tuples("select work_mbid, title, songs, passages from works") == [("work", "Accepted", 1, 2)]
    assert len(desk.tuples("from passage_songs")) == len(desk.tuples("from passage_albums")) == 2


def test_an_artist_bears_the_name_under_which_it_stands_alone(desk: Transaction) -> None:
    put(desk, "a", "b")
    add(
        desk,
        "identifications",
        named("a", artist="The Moorings & Pier", artist_mbids=["moorings", "pier"]),
        named("b"),
    )

    assert desk.tuples("select artist_mbid, name, songs from artists order by 1") == [
        ("moorings", "The Moorings", 2),
        ("pier", "The Moorings & Pier", 1),
    ]


def test_the_queue_begins_with_what_one_decision_settles(desk: Transaction) -> None:
    for number in range(3):
        put(desk, f"album-{number}", path=f"Low Tide/CD1/{number}.flac", album="Low tide")
        add(desk, "identifications", named(f"album-{number}", decision="REVIEW", group_id="album"))
    put(desk, "album-3", path="Low Tide/CD1/3.flac")
    add(desk, "identifications", named("album-3", decision="ACCEPT", group_id="album"))
    put(desk, "loose", path="loose.flac")
    add(desk, "identifications", named("loose", decision="REVIEW", group_id="loose", confidence=0.99))
    put(desk, "sure")
    add(desk, "identifications", named("sure", group_id="sure"))

    rows = desk.tuples(
        "select group_id, folder, settles, to_review, accepted, pieces, album, candidate_album, candidate_title "
        "from review_queue"
    )

    assert rows == [
        ("album", "Low Tide", 3, 3, 1, 4, "Low tide", "Low Tide", None),
        ("loose", "", 1, 1, 0, 1, "Tags", "Low Tide", "Accepted"),
    ]


EVIDENCE = {"metadata": 0.9, "fingerprint": 0.5, "margin": None}


def test_evidence_is_told_in_words_and_numbers_with_what_came_next(desk: Transaction) -> None:
    """S3-70."""
    put(desk, KEY)
    add(desk, "identifications", named(evidence=EVIDENCE, editions=["one", "two"]))
    add(
        desk,
        "match_candidates",
        {"file_key": KEY, "segment_index": 0, "rank": 1, "title": "Accepted"},
        {
            "file_key": KEY,
            "segment_index": 0,
            "rank": 2,
            "title": "Next",
            "score": 0.4,
            "rejected_because": "41 s longer",
        },
    )

    rows = desk.tuples(
        "select words, metadata, fingerprint, margin, duration, editions, next_title, next_score, "
        "next_rejected_because from identification_evidence"
    )

    assert rows == [
        (
            "It is Accepted by The Moorings, on Low Tide. All agree.",
            *(0.9, 0.5, None, None, 2),
            *("Next", 0.4, "41 s longer"),
        )
    ]


WORDS = {
    "Perhaps it is Accepted by The Moorings, on Low Tide. All agree.": (named(decision="REVIEW"), None),
    "Nobody knows it. Nothing fits.": (named(decision="REJECT", reason="Nothing fits."), None),
    "Put off: no contact was given": (None, ("deferred", "no contact was given")),
    "There is nothing to identify it by.": (None, ("skipped", None)),
    "It was not looked for yet.": (None, None),
}


@pytest.mark.parametrize(("words", "given"), WORDS.items(), ids=WORDS)
def test_each_piece_has_words(desk: Transaction, words: str, given) -> None:
    put(desk, KEY)
    if given[0]:
        add(desk, "identifications", given[0])
    if given[1]:
        add(desk, "outcomes", outcome("identifications", KEY, given[1][0], message=given[1][1]))

    assert desk.tuples("select words from identification_evidence") == [(words,)]


def decide(desk: Transaction, title: str, *, days: int = 0, **span: int) -> str:
    value = {"decision": "ACCEPT", "title": title, "track_position": 2}
    [made] = add_decisions(desk, "identification", [(of_span("audio", **(TEN | span)), value)], made_at=ago(days=days))
    return made


def decided(desk: Transaction) -> list[tuple[object, ...]]:
    return desk.tuples("select file_key, decision, title, track_position from identification_decisions order by 1")


def test_a_decision_speaks_for_every_path_with_that_audio(desk: Transaction) -> None:
    put(desk, "a", "b")
    put(desk, "other", audio_sha256="other")
    decide(desk, "Chosen")

    assert decided(desk) == [("a", "ACCEPT", "Chosen", 2), ("b", "ACCEPT", "Chosen", 2)]


@pytest.mark.parametrize(("end_ticks", "holds"), [(9 * SECOND_TICKS, True), (9 * SECOND_TICKS - 1, False)])
def test_a_decision_holds_for_nine_tenths_of_its_span(desk: Transaction, end_ticks: int, *, holds: bool) -> None:
    put(desk, KEY)
    decide(desk, "Chosen", end_ticks=end_ticks)

    assert bool(decided(desk)) == holds


def test_the_newest_decision_that_stands_counts(desk: Transaction) -> None:
    put(desk, KEY)
    decide(desk, "Older", days=2)
    newer = decide(desk, "Newer", days=1, end_ticks=10 * SECOND_TICKS - 5)

    assert decided(desk)[0][2] == "Newer"
    revoke_decisions(desk, [newer], revoked_at=NOW)
    assert decided(desk)[0][2] == "Older"
