"""What must hold for any size wanted and any row."""

import math

from hypothesis import given
from hypothesis import strategies as st

from aquatint.catalog.files import read
from aquatint.catalog.model import Size, SizeRule
from aquatint.routing.sizes import map_size, offered, parse_size, supports

RULES = list({row.sizes.model_dump_json(): row.sizes for row in read().rows.values()}.values())
rules = st.sampled_from(RULES)
sizes = st.builds(Size, width=st.integers(1, 16_384), height=st.integers(1, 16_384))


@given(rules, sizes)
def test_the_mapped_size_is_supported_and_changes_are_told(rule: SizeRule, wanted: Size) -> None:
    mapped = map_size(rule, wanted)
    assert supports(rule, mapped.size)
    assert mapped.changed is (mapped.size != wanted) is not supports(rule, wanted)


@given(rules, sizes)
def test_no_offered_size_has_a_nearer_shape(rule: SizeRule, wanted: Size) -> None:
    def off(size: Size) -> float:
        return abs(math.log(size.width / size.height) - math.log(wanted.width / wanted.height))

    mapped = map_size(rule, wanted)
    assert all(off(mapped.size) <= off(size) + 1e-9 for size in offered(rule))


@given(rules, sizes)
def test_mapping_again_changes_nothing(rule: SizeRule, wanted: Size) -> None:
    once = map_size(rule, wanted).size
    assert map_size(rule, once).size == once


@given(sizes)
def test_a_size_reads_back_as_it_was_written(size: Size) -> None:
    assert parse_size(str(size)) == size
