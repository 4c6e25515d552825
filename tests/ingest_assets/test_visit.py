from tests.house import House, NAMES, PATHS, retag, HARBOUR

def test_first(house: House):
    assert house.staleness() == {}
    assert house.ingest() == []
def test_retag(house: House):
    retag(house.path(HARBOUR), title="x")
    assert house.ingest() == [True]
    assert house.pool.decoded == []
    assert house.staleness() == {}
