from ingest_assets.jobs import maintain_lake, remember_kpis
from lake.store import Lake
from resources.lake import LakeResource
from tests.house import House


def test_maintenance_says_what_it_did_and_remembers_the_figures_of_the_day(house: House) -> None:
    result = maintain_lake.execute_in_process(resources={"lake": LakeResource()})

    assert result.success
    with Lake(house.home).read() as snapshot:
        figures = dict(snapshot.tuples("select kpi, value from kpi_history"))
        shown = dict(snapshot.tuples("select kpi, value from kpis"))
    assert figures == shown
    assert figures["bad_file_share"] == 0


def test_a_figure_is_remembered_once_a_day(house: House) -> None:
    lake = Lake(house.home)

    for _ in range(2):
        remember_kpis(lake, run_id="maintenance")

    with lake.read() as snapshot:
        copies = snapshot.tuples("select count(*) from kpi_history group by day, kpi having count(*) > 1")
    assert copies == []
