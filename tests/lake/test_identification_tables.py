import pytest

from lake.declarations import EVIDENCE_PARTS
from lake.errors import RowError
from lake.store import Lake

ROW = {"file_key": "a", "segment_index": 0, "decision": "ACCEPT"}
NOTHING = dict.fromkeys(EVIDENCE_PARTS)


def test_lists_and_evidence_come_back_as_they_were_written(lake: Lake) -> None:
    rows = [
        ROW | {"artist_mbids": ["one", "two"], "work_mbids": (), "evidence": {"metadata": 0.5, "margin": 1}},
        ROW | {"segment_index": 1, "artist_mbids": None, "evidence": None},
    ]
    with lake.write(run_id="run") as tx:
        tx.replace("identifications", ["a"], rows)

    with lake.read() as snapshot:
        read = snapshot.tuples("select artist_mbids, work_mbids, evidence from identifications order by segment_index")

    assert read == [
        (["one", "two"], [], NOTHING | {"metadata": 0.5, "margin": 1.0}),
        (None, None, None),
    ]


WRONG = {
    "a text is no list": {"tags": "rock"},
    "a list of numbers": {"tags": [1]},
    "a list with a hole": {"tags": ["rock", None]},
    "evidence of another name": {"evidence": {"luck": 1.0}},
    "evidence in words": {"evidence": {"metadata": "good"}},
    "evidence as a list": {"evidence": [0.5]},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_refused(lake: Lake, wrong: dict[str, object]) -> None:
    with pytest.raises(RowError, match=r"identifications\.(tags|evidence) takes"), lake.write(run_id="run") as tx:
        tx.replace("identifications", ["a"], [ROW | wrong])


def test_candidates_of_a_file_are_replaced_together(lake: Lake) -> None:
    candidate = {"file_key": "a", "segment_index": 0, "title": "Noon"}
    with lake.write(run_id="run") as tx:
        tx.replace("match_candidates", ["a"], [candidate | {"rank": rank} for rank in (1, 2, 3)])
        tx.replace("match_candidates", ["a"], [candidate | {"rank": 1}])

    with lake.read() as snapshot:
        assert snapshot.tuples("select rank from match_candidates") == [(1,)]


def test_a_folder_and_a_call_are_written_by_their_own_keys(lake: Lake) -> None:
    with lake.write(run_id="run") as tx:
        for version in ("1", "2"):
            tx.upsert("identified_folders", [{"library": "shelf", "folder": "Low Tide", "version": version}])
        tx.upsert("api_calls", [{"call_id": "c", "service": "acoustid", "status": 200, "is_cached": False}])
        tx.upsert("api_calls", [{"call_id": "c", "service": "acoustid", "status": 200, "is_cached": False}])

    with lake.read() as snapshot:
        assert snapshot.tuples("select folder, version from identified_folders") == [("Low Tide", "2")]
        assert snapshot.tuples("select call_id, run_id from api_calls") == [("c", "run")]
