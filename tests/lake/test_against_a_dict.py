"""The lake does with rows what a dictionary would, whatever is written in one transaction or in several."""

from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lake.snapshot import Snapshot
from lake.store import Lake
from lake.transaction import Transaction

Rows = dict[tuple[str, int], str | None]
KEYS = st.sampled_from("abcd")
PIECES = st.dictionaries(st.tuples(KEYS, st.integers(0, 2)), st.none() | st.text(max_size=5), max_size=5)
REPLACE = st.tuples(st.just("replace"), st.sets(KEYS), PIECES)
UPSERT = st.tuples(st.just("upsert"), PIECES)
TAKE_OVER = st.tuples(st.just("take_over"), st.lists(st.tuples(KEYS, KEYS), max_size=3, unique_by=lambda pair: pair[1]))
DELETE = st.tuples(st.just("delete"), st.sets(KEYS))
TRANSACTIONS = st.lists(
    st.tuples(st.lists(st.one_of(REPLACE, UPSERT, TAKE_OVER, DELETE), max_size=3), st.booleans()),
    min_size=1,
    max_size=4,
)


def as_rows(pieces: Rows) -> list[dict[str, Any]]:
    return [{"file_key": key, "segment_index": index, "title_hint": hint} for (key, index), hint in pieces.items()]


def without(model: Rows, keys: set[str]) -> Rows:
    return {place: hint for place, hint in model.items() if place[0] not in keys}


def apply(tx: Transaction, model: Rows, step: tuple[Any, ...]) -> Rows:
    """Do one step to the lake, and return what a dictionary would hold after it."""
    match step:
        case ("replace", keys, pieces):
            pieces = {place: hint for place, hint in pieces.items() if place[0] in keys}
            tx.replace("segments", sorted(keys), as_rows(pieces))
            return without(model, keys) | pieces
        case ("upsert", pieces):
            tx.upsert("segments", as_rows(pieces))
            return model | pieces
        case ("take_over", pairs):
            tx.take_over("segments", pairs)
            taken = {
                (target, index): hint
                for source, target in pairs
                for (key, index), hint in model.items()
                if key == source
            }
            return without(model, {target for _, target in pairs}) | taken
        case ("delete", keys):
            tx.delete("segments", keys)
            return without(model, keys)
    raise AssertionError(step)


def stored(snapshot: Snapshot) -> Rows:
    rows = snapshot.tuples("select file_key, segment_index, title_hint from segments")
    assert len(rows) == len({row[:2] for row in rows})
    return {(key, index): hint for key, index, hint in rows}


@given(transactions=TRANSACTIONS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_lake_holds_what_a_dictionary_would(
    lake: Lake, transactions: list[tuple[list[tuple[Any, ...]], bool]]
) -> None:
    model: Rows = {}
    with lake.write(run_id="clean") as tx:
        tx.delete("segments", "abcd")

    for steps, fails in transactions:
        with suppress(ZeroDivisionError), lake.write(run_id="run-1") as tx:
            after = model
            for step in steps:
                after = apply(tx, after, step)
            assert stored(tx) == after
            after = 1 / 0 if fails else after
        model = model if fails else after

    with lake.read() as snapshot:
        assert stored(snapshot) == model


@given(steps=st.lists(st.one_of(REPLACE, UPSERT, TAKE_OVER, DELETE), max_size=8))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_transaction_sees_what_a_dictionary_would(desk: Transaction, steps: list[tuple[Any, ...]]) -> None:
    model: Rows = {}
    desk.delete("segments", "abcd")

    for step in steps:
        model = apply(desk, model, step)

        assert stored(desk) == model
