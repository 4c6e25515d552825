"""From pieces, pairs and decisions to the rows of `duplicates`: who is in a group, and who is to be kept.

The same lake gives the same rows, in whichever order its files came.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, Final

from ingest_assets.audio_spans import Audio
from ingest_assets.duplicate_decisions import Decisions, read_said
from ingest_assets.duplicate_reasons import reason_of
from ingest_assets.duplicate_search import ID_SQL
from ingest_assets.versions import digest
from lake.decisions import as_text
from lake.file_tables import DISCOVERED_FILES
from lake.snapshot import Snapshot
from music.duplicate_groups import DuplicateGroup, Likeness, Piece, find_groups
from music.ticks import Ticks

_NAMES: Final = [column.name for column in DISCOVERED_FILES.columns]
_TAGS: Final = _NAMES[_NAMES.index("title") : _NAMES.index("tag_release_group_mbid") + 1]
PIECES_SQL: Final = f"""
with piece as (
    select segments.file_key, segments.segment_index, library, path, content_sha256, audio_sha256, codec,
        start_time_ticks, end_time_ticks, bits_per_sample, bitrate_bps, sample_rate_hz, cutoff_hz,
        coalesce(probably_lossy_source, false) as probably_lossy_source,
        {" + ".join(f"({name} is not null)::integer" for name in _TAGS)} as tag_count,
        {ID_SQL} as fingerprint_id
    from segments
    join discovered_files on discovered_files.file_key = segments.file_key and gone_at is null
    left join fingerprints on fingerprints.file_key = segments.file_key
        and fingerprints.segment_index = segments.segment_index
    left join audio_features on audio_features.file_key = segments.file_key
        and audio_features.segment_index = segments.segment_index
    where audio_sha256 is not null
),
alike as (select first_id as fingerprint_id from fingerprint_pairs union select second_id from fingerprint_pairs),
spoken_of as (
    select distinct unnest(json_extract_string(subject, '$.audio_sha256[*]')) as audio_sha256
    from valid_decisions where kind = 'duplicate'
),
counted as (
    select *, count(*) over (partition by audio_sha256, start_time_ticks, end_time_ticks) as copies,
        count(*) over (partition by fingerprint_id) as sounding
    from piece
)
select * exclude (copies, sounding) from counted
where copies > 1 or (fingerprint_id is not null and sounding > 1)
    or fingerprint_id in (select fingerprint_id from alike)
    or audio_sha256 in (select audio_sha256 from spoken_of)
order by audio_sha256, start_time_ticks, end_time_ticks, file_key, segment_index
"""
"""The pieces that may be in a group; most of a library is in none."""
_Pair = tuple[Audio, Audio]


@dataclass(frozen=True, slots=True)
class _Heard:
    """How two pieces sound beside one another."""

    similarity: float
    offset_ticks: int
    """Where the second begins in the first."""


def make_rows(snapshot: Snapshot) -> list[dict[str, object]]:
    """Return the rows of `duplicates`, by group and rank, as the lake has pieces, pairs and decisions."""
    known = {_key(row): row for row in snapshot.rows(PIECES_SQL)}
    audio_of = {key: _audio(row) for key, row in known.items()}
    heard = _heard(snapshot, known)
    decisions = Decisions(read_said(snapshot), audio_of.values())
    keys = {audio: key for key, audio in reversed(audio_of.items())}
    groups = find_groups(map(_piece, known, known.values()), _likenesses(heard, decisions, keys))
    rows: list[dict[str, object]] = []
    for group in groups:
        own = {audio_of[member.key] for member in group.members}
        if len(own) == 1 and decisions.is_apart(*own, *own):
            continue
        rows += _GroupRows(group, known, heard, decisions).rows()
    return rows


def _key(row: Mapping[str, Any]) -> str:
    """Return a key that sorts pieces by their audio, so that a group keeps its id when files move."""
    return as_text([*_audio(row), row["file_key"], row["segment_index"]])


def _audio(row: Mapping[str, Any]) -> Audio:
    return Audio(row["audio_sha256"], row["start_time_ticks"], row["end_time_ticks"])


def _piece(key: str, row: Mapping[str, Any]) -> Piece:
    return Piece(
        key=key,
        path=place_of(row),
        content_sha256=row["content_sha256"],
        audio_sha256=row["audio_sha256"],
        start_ticks=Ticks(row["start_time_ticks"]),
        end_ticks=Ticks(row["end_time_ticks"]),
        is_lossless=row["bits_per_sample"] is not None,
        bitrate_bps=row["bitrate_bps"],
        sample_rate_hz=row["sample_rate_hz"] or 0,
        bits_per_sample=row["bits_per_sample"],
        is_probably_lossy_source=row["probably_lossy_source"],
        tag_count=row["tag_count"],
    )


def place_of(row: Mapping[str, Any]) -> str:
    """Return where a file lies, library and path."""
    return f"{row['library']}/{row['path']}"


def _heard(snapshot: Snapshot, known: Mapping[str, Mapping[str, Any]]) -> dict[_Pair, _Heard]:
    """Return what was measured, of pieces that are there, the lower first; equal fingerprints are equally alike."""
    telling = {name for (name,) in snapshot.tuples("select fingerprint_id from compared_fingerprints where is_telling")}
    sounding: defaultdict[str, set[Audio]] = defaultdict(set)
    for row in known.values():
        if row["fingerprint_id"] in telling:
            sounding[row["fingerprint_id"]].add(_audio(row))
    heard = {
        (one, other): _Heard(1.0, 0) for equal in sounding.values() for one, other in combinations(sorted(equal), 2)
    }
    pairs = snapshot.tuples("select first_id, second_id, similarity, offset_ticks from fingerprint_pairs")
    for first, second, similarity, offset in pairs:
        for one, other in product(sounding.get(first, ()), sounding.get(second, ())):
            pair = (one, other) if one < other else (other, one)
            heard[pair] = _Heard(similarity, offset if one < other else -offset)
    return heard


def _likenesses(heard: Mapping[_Pair, _Heard], decisions: Decisions, keys: Mapping[Audio, str]) -> Iterator[Likeness]:
    """Yield how alike pieces are: as measured, but what a person said goes before.

    What a person joined is one: what is like one of them is like all.
    """
    one_of = _joined(decisions)
    likeness: dict[_Pair, float] = {}
    for (first, second), found in heard.items():
        for one, other in product(one_of.get(first, [first]), one_of.get(second, [second])):
            pair = (one, other) if one < other else (other, one)
            likeness[pair] = max(found.similarity, likeness.get(pair, 0.0))
    for joined in one_of.values():
        likeness |= dict.fromkeys(combinations(joined, 2), 1.0)
    for (one, other), share in likeness.items():
        if one != other and not decisions.is_apart(one, other):
            yield Likeness(keys[one], keys[other], share)


def _joined(decisions: Decisions) -> dict[Audio, list[Audio]]:
    """Return of each audio that a person joined with others all that are one with it, sorted."""
    sets: dict[Audio, set[Audio]] = {}
    for one, other in decisions.joined():
        union = sets.get(one, {one}) | sets.get(other, {other})
        sets |= dict.fromkeys(union, union)
    return {audio: sorted(union) for audio, union in sets.items()}


class _GroupRows:
    """The rows of one group."""

    def __init__(
        self,
        group: DuplicateGroup,
        known: Mapping[str, Mapping[str, Any]],
        heard: Mapping[_Pair, _Heard],
        decisions: Decisions,
    ) -> None:
        self._group = group
        self._known = {member.key: known[member.key] for member in group.members}
        self._audio = {key: _audio(row) for key, row in self._known.items()}
        self._heard = heard
        self._decisions = decisions
        self._verdicts = decisions.verdicts(self._audio.values())

    def rows(self) -> Iterator[dict[str, object]]:
        """Yield them by rank."""
        kept = self._kept()
        group_id = digest(list(min(self._audio.values())))
        first = self._group.members[0].key
        best = next((member.key for member in self._group.members if kept[member.key][0]), first)
        for rank, member in enumerate(self._group.members):
            keep, by_person = kept[member.key]
            heard = self._beside(self._audio[first], self._audio[member.key])
            yield {
                "file_key": self._known[member.key]["file_key"],
                "segment_index": self._known[member.key]["segment_index"],
                "group_id": group_id,
                "rank": rank,
                "kind": str(member.kind),
                "similarity": heard.similarity if heard else None,
                "offset_ticks": heard.offset_ticks if heard else None,
                "keep": keep,
                "decided_by": "person" if by_person else "rule",
                "reason": reason_of(self._known[member.key], self._known[best], keep=keep),
            }

    def _beside(self, first: Audio, other: Audio) -> _Heard | None:
        if first == other:
            return _Heard(1.0, 0)
        if first < other:
            return self._heard.get((first, other))
        heard = self._heard.get((other, first))
        return _Heard(heard.similarity, -heard.offset_ticks) if heard else None

    def _kept(self) -> dict[str, tuple[bool, bool]]:
        """Return by key whether it is kept, and whether a person said so."""
        by_audio: defaultdict[Audio, list[str]] = defaultdict(list)
        for member in self._group.members:
            by_audio[self._audio[member.key]].append(member.key)
        by_rule = {self._audio[member.key] for member in self._group.members if member.keep}
        chosen = any(stays for stays, _ in self._verdicts.values())
        kept: dict[str, tuple[bool, bool]] = {}
        for audio, copies in by_audio.items():
            stays, said = self._verdicts.get(audio, (audio in by_rule and not chosen, None))
            kept |= self._copies(audio, copies, stays=stays, is_said=said is not None)
        return kept

    def _copies(
        self, audio: Audio, copies: Sequence[str], *, stays: bool, is_said: bool
    ) -> dict[str, tuple[bool, bool]]:
        """Return the same of the copies of one audio: one of them stays, or what a person said of them."""
        among = self._decisions.of_copies(audio)
        if not stays:
            return dict.fromkeys(copies, (False, is_said))
        if among is not None and among.kept is None:
            return dict.fromkeys(copies, (True, True))
        first, *others = sorted(copies, key=lambda key: self._preference(key, audio))
        by_person = among is not None
        return {first: (True, is_said or by_person), **dict.fromkeys(others, (False, by_person))}

    def _preference(self, key: str, audio: Audio) -> tuple[int, int]:
        """Return what sorts copies of one audio: where a person wanted it, not where they did not, then as they are."""
        place = place_of(self._known[key])
        said = [self._decisions.of_copies(audio), self._verdicts.get(audio, (True, None))[1]]
        wish = next((each for each in said if each is not None), None)
        order = [member.key for member in self._group.members].index(key)
        if wish is None or wish.kept_path is None:
            return 1, order
        return (0 if place == wish.kept_path else 2 if place in wish.other_paths else 1), order
