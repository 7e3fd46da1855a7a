"""Keeps a copy of customers, services, orders, invoices, payments and domains in a SQLite file.

    ISP_URL=http://localhost:8000 ISP_API_KEY=test_pk_... python sync.py copy.sqlite3

Run it as often as you like: each time it asks only for what has changed since. No row is missed,
however many people and programs write meanwhile; a row may come twice.
"""

import json
import os
import sqlite3
import sys
import time

import httpx

LISTS = ("customers", "services", "orders", "invoices", "payments", "domains")
TABLES = """
    CREATE TABLE IF NOT EXISTS rows (list, id, updated_at, body, PRIMARY KEY (list, id));
    CREATE TABLE IF NOT EXISTS seen (list PRIMARY KEY, until);
"""
KEEP = "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?)"


def changed_rows(http: httpx.Client, name: str, copy: sqlite3.Connection) -> int:
    """Bring one list up to date; return how many rows came."""
    (since,) = copy.execute("SELECT max(until) FROM seen WHERE list = ?", [name]).fetchone()
    asked = {"sort": "updated_at", "include_deleted": "true", "limit": "100", "cursor": ""}
    if since:
        asked["filter[updated_at][gte]"] = since
    until, count = None, 0
    while asked["cursor"] is not None:
        answer = http.get(f"/api/v1/{name}", params=asked)
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            time.sleep(int(answer.headers["Retry-After"]))
            continue
        page = answer.raise_for_status().json()
        until = until or page["pagination"]["complete_until"]  # as the first page says
        rows = [(name, row["id"], row["updated_at"], json.dumps(row)) for row in page["data"]]
        copy.executemany(KEEP, rows)
        count += len(rows)
        asked["cursor"] = page["pagination"]["next_cursor"]
    copy.execute("INSERT OR REPLACE INTO seen VALUES (?, ?)", [name, until])
    copy.commit()  # rows and mark together: a run that dies is simply repeated
    return count


def main() -> None:
    """Bring all lists up to date once."""
    copy = sqlite3.connect(sys.argv[1])
    copy.executescript(TABLES)
    key = {"Authorization": f"Bearer {os.environ['ISP_API_KEY']}"}
    with httpx.Client(base_url=os.environ["ISP_URL"], headers=key, timeout=60) as http:
        for name in LISTS:
            sys.stdout.write(f"{name}: {changed_rows(http, name, copy)}\n")


if __name__ == "__main__":
    main()
