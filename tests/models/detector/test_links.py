from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.detector.links import join, link, runs

EDGES = st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=30)


@given(EDGES)
def test_joins_what_is_connected_and_nothing_else(edges: list[tuple[int, int]]) -> None:
    plain = list(range(15))
    for first, second in edges:
        plain = [plain[first] if group == plain[second] else group for group in plain]
    ends = np.array(edges, np.int64).reshape(-1, 2)
    found = join(15, ends[:, 0], ends[:, 1])
    assert set(found.tolist()) == set(range(int(found.max()) + 1))
    for i in range(15):
        for j in range(15):
            assert (found[i] == found[j]) == (plain[i] == plain[j])


def test_runs_spell_out_their_members() -> None:
    index, member = runs(np.array([3, 9, 5]), np.array([5, 9, 6]))
    assert index.tolist() == [0, 0, 2]
    assert member.tolist() == [3, 4, 5]


def _box(left: float, middle: float, height: float, width: float = 10) -> list[float]:
    return [left, middle - height / 2, left + width, middle + height / 2]


def test_links_neighbours_and_neither_the_far_the_tall_nor_the_next_line() -> None:
    line = [_box(0, 100, 20), _box(15, 98, 24), _box(50, 100, 20)]
    far, tall, below = _box(200, 100, 20), _box(62, 100, 80), _box(15, 125, 20)
    group = link(np.array([*line, far, tall, below]), 1.3).tolist()
    assert group[0] == group[1] == group[2]
    assert len(set(group)) == 4
