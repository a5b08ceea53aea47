"""Ids sort by the time they were made, and can be reckoned with."""

from aquatint.ids import earlier, new_id


def test_what_is_earlier_by_nothing_is_of_the_same_moment() -> None:
    told = new_id("att")
    assert earlier(told, 0) <= told
    assert earlier(told, 0)[:14] == told[:14]  # the prefix and 48 bits of time


def test_earlier_by_some_time() -> None:
    assert earlier("att_00000000zz7q3f8kz5t1b9d2ma", 1) == "att_00000000zy0000000000000000"
    assert earlier("att_00000000zz7q3f8kz5t1b9d2ma", 10**9) == "att_" + "0" * 26
