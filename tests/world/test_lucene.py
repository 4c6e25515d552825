import pytest

from tests.world.lucene import QueryError, Search

ALBUMS = [
    {"release": ["Wish You Were Here"], "artist": ["Pink Floyd"], "tracks": ["5"]},
    {"release": ["Wish You Were Here"], "artist": ["Rednex"], "tracks": ["4"]},
    {"release": ["The Wall"], "artist": ["Pink Floyd"], "tracks": ["26"]},
    {"release": ["AC/DC Live"], "artist": ["AC/DC"], "tracks": ["14"]},
    {"release": ["Ágætis byrjun"], "artist": ["Sigur Rós"], "tracks": ["10"]},
]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ('release:"wish you were here"', [0, 1]),
        ('release:"wish you were here" AND artist:"pink floyd"', [0]),
        ('release:"wish you were here" AND NOT artist:rednex', [0]),
        ('+release:wish -artist:"pink floyd"', [1]),
        ('release:"you wish"', []),
        ('artist:"pink floyd" OR tracks:10', [0, 2, 4]),
        ("artist:(pink AND floyd) AND tracks:[20 TO 30]", [2]),
        (r'artist:"AC\/DC"', [3]),
        (r"artist:AC\/DC", [3]),
        ("artist:flyod~2", [0, 2]),
        ("artist:flyod~", [0, 2]),
        ("artist:flyod", []),
        ('release:"agætis byrjun"', [4]),
        ('release:"agætis byrjun"^3 OR artist:floyd', [4, 0, 2]),
        ("artist:pink wall", [2, 0]),
    ],
)
def test_a_question_finds(query, places):
    found = Search(ALBUMS, default="release", exact=frozenset({"tracks"})).find(query)

    assert [place for place, _ in found] == places
    assert [score for _, score in found[:1]] == [100][: len(places)]


@pytest.mark.parametrize("query", ['release:"open', "release:(a OR b", "AND", "a) b", ""])
def test_a_question_that_cannot_be_read_is_refused(query):
    with pytest.raises(QueryError):
        Search(ALBUMS, default="release").find(query)
