"""Parameters are translated, and nothing else."""

import pytest

from aquatint.db.engine import Tx
from aquatint.db.sql import translated


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("SELECT :a, :b_2, :a", "SELECT %(a)s, %(b_2)s, %(a)s"),
        ("a LIKE :p || '%'", "a LIKE %(p)s || '%%'"),
        ("a % 5", "a %% 5"),
        ("':no' || :yes", "':no' || %(yes)s"),
        ("'it''s :no'", "'it''s :no'"),
        ('":no"', '":no"'),
        ("CAST(a AS x), a::text", "CAST(a AS x), a::text"),
        ("1 -- :no, it's 5%\n+ :yes", "1 -- :no, it's 5%%\n+ %(yes)s"),
    ],
)
def test_sql_in_psycopgs_words(ours: str, theirs: str) -> None:
    assert translated(ours) == theirs


@pytest.mark.parametrize(
    ("sql", "value", "expected"),
    [
        ("SELECT :v || '%' AS v", "50", "50%"),
        ("SELECT 7 % 4 + :v AS v", 2_000_000_000, 2_000_000_003),
        ("SELECT :v + :v AS v", 30_000, 60_000),
        ("SELECT coalesce(:v, 'none') AS v", None, "none"),
        ("SELECT sum(n) + :v AS v FROM (SELECT 1 AS n UNION ALL SELECT 2) AS two", 1, 4),
        ("SELECT CAST(sum(n) AS BIGINT) AS v FROM (SELECT :v AS n) AS one", 2**40, 2**40),
        ("SELECT 'ä''s :v' || :v AS v", "ö", "ä's :vö"),
    ],
)
def test_both_databases_give_the_same(tx: Tx, sql: str, value: object, expected: object) -> None:
    row = tx.execute(sql, {"v": value}).fetchone()
    assert row["v"] == expected
    assert type(row["v"]) is type(expected)
