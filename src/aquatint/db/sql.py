"""SQL with `:name` parameters in the words of psycopg."""

import re
from functools import lru_cache

# What is copied as it stands: texts, quoted names, comments, casts.
_PIECES = re.compile(
    r"""(?P<kept>'(?:[^']|'')*'|"[^"]*"|--[^\n]*|::)|:(?P<name>[A-Za-z_]\w*)|(?P<percent>%)"""
)


@lru_cache(maxsize=1024)
def translated(sql: str) -> str:
    """`:name` becomes `%(name)s`, and a per cent sign means itself."""
    return _PIECES.sub(_piece, sql)


def _piece(found: re.Match[str]) -> str:
    if name := found["name"]:
        return f"%({name})s"
    return "%%" if found["percent"] else found["kept"].replace("%", "%%")
