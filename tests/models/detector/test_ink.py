from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.detector.ink import CROSSING, RULE_LENGTH, find_dark, find_light, without_rules
from models.detector.regions import components

SIZES = [(240, 320), (241, 323), (243, 321), (242, 322)]  # with and without pixels that are left over from fours


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("upright", [False, True])
def test_a_rule_goes_and_what_crosses_it_stays_whole(size: tuple[int, int], upright: bool) -> None:
    strokes = np.zeros(size, np.uint8)
    strokes[60:90, 100:104] = 255  # crosses the rule
    strokes[120:150, 200:204] = 255  # stands by itself
    ruled = strokes.copy()
    ruled[75:78, 20:300] = 255
    if upright:
        strokes, ruled = (np.ascontiguousarray(each.T) for each in (strokes, ruled))
    assert np.array_equal(without_rules(ruled), strokes)


@pytest.mark.parametrize(("length", "kept"), [(RULE_LENGTH - 20, True), (RULE_LENGTH + 20, False)])
def test_a_short_dash_is_no_rule(length: int, kept: bool) -> None:
    mask = np.zeros((100, 200), np.uint8)
    mask[50:53, 20 : 20 + length] = 255
    assert without_rules(mask).any() == kept


def test_two_rules_near_each_other_do_not_hold_each_other_up() -> None:
    """Rows far apart are looked at side by side: what lies beyond reach must not count as crossing."""
    mask = np.zeros((400, 320), np.uint8)
    for row in (50, 50 + 3 * CROSSING, 300):
        mask[row : row + 3, 20:300] = 255
    assert not without_rules(mask).any()


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (3, 2), (5, 700), (700, 5)])
def test_odd_sizes_have_masks_of_their_size(size: tuple[int, int]) -> None:
    grey = np.full(size, 200, np.uint8)
    dark, shade = find_dark(grey)
    assert dark.shape == size
    assert not dark.any()
    assert shade is None
    assert without_rules(dark).shape == size


@pytest.mark.parametrize("size", SIZES)
def test_dark_and_light_print_are_found_where_they_are(size: tuple[int, int]) -> None:
    grey = np.full(size, 230, np.uint8)
    grey[20:30, 40:46] = 20
    grey[100:200, 50:300] = 20
    grey[150:160, 100:106] = 230
    dark, shade = find_dark(grey)
    assert shade is not None
    light = find_light(grey, shade)
    assert (light.shape, dark.shape) == (size, size)
    assert dark[20:30, 40:46].all()
    assert not dark[150:160, 100:106].any()
    assert light[150:160, 100:106].all()
    assert not light[:90].any()


def test_regions_stand_where_they_are_on_the_page() -> None:
    mask = np.zeros((60, 90), np.uint8)
    mask[31:40, 53:60] = 255
    mask[45:47, 70:71] = 255
    regions = components(mask)
    assert regions.boxes.tolist() == [[53, 31, 60, 40], [70, 45, 71, 47]]
    assert regions.area.tolist() == [63, 2]


@pytest.mark.parametrize("corner", [(0, 0), (59, 89), (0, 89), (59, 0)])
def test_a_region_at_the_edge_is_found(corner: tuple[int, int]) -> None:
    mask = np.zeros((60, 90), np.uint8)
    mask[corner] = 255
    assert components(mask).boxes.tolist() == [[corner[1], corner[0], corner[1] + 1, corner[0] + 1]]


def test_an_empty_mask_has_no_regions() -> None:
    assert len(components(np.zeros((60, 90), np.uint8)).boxes) == 0


def test_the_order_of_regions_does_not_depend_on_the_white_around_them() -> None:
    rng = np.random.default_rng(3)
    print_ = cv2.compare(rng.integers(0, 255, (40, 60), np.uint8), 225, cv2.CMP_GT)
    for down, across in ((0, 0), (7, 3), (10, 21)):
        mask = np.zeros((90, 120), np.uint8)
        mask[down : down + 40, across : across + 60] = print_
        found = components(mask).boxes - [across, down, across, down]
        assert sorted(found.tolist()) == sorted(components(print_).boxes.tolist())
