"""How long one question to landing advice takes in a hub of many platforms: copies of the demonstration's, in SQLite.

./dev bench landing_speed --platforms 20000 --json OUT      in a folder of its own, removed afterwards
"""

import argparse
import json
import os
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

_QUESTIONS = (
    "需要3000平米厂房、中试线，距北京高铁一小时",
    "We need 3,000 m² of workshop, a pilot line for coatings, skilled operators and one hour by rail of Beijing.",
    "项目做电池正极材料，需要正极材料中试线和真空熔炼炉，最好有创新券、熟练操作工，在河北或天津",
    "must have EMC testing, a grid simulator, an industry base in hydrogen, ideally near Baoding and rent subsidy",
    "需要实验动物服务、小动物成像仪、租金补贴、检测服务、标准厂房5000平米、洁净室、职校、无损检测、冷库",
)


def grow(wanted: int) -> int:
    """Copy the platforms of the database until there are `wanted`; return how many there are."""
    from django.db import connection

    def columns(table: str, without: str) -> list[str]:
        with connection.cursor() as cursor:
            names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
        return [name for name in names if name != without]

    record, platform = columns("accounts_record", "id"), columns("collect_platform", "record_ptr_id")
    copied = ", ".join(f"{name} || '-' || %s" if name in ("key", "reference") else name for name in record)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_record WHERE kind = 'platform'")
        base = cursor.fetchone()[0]
        for copy in range(1, -(-wanted // base)):
            cursor.execute(
                f"INSERT INTO accounts_record ({', '.join(record)}) SELECT {copied} FROM accounts_record r "
                "WHERE kind = 'platform' AND EXISTS (SELECT 1 FROM collect_platform p WHERE p.record_ptr_id = r.id) "
                "AND key NOT LIKE '%%-copy-%%' AND reference NOT LIKE '%%-copy-%%'",
                [f"copy-{copy}" for name in record if name in ("key", "reference")],
            )
            cursor.execute(
                f"INSERT INTO collect_platform (record_ptr_id, {', '.join(platform)}) "
                f"SELECT n.id, {', '.join(f'p.{name}' for name in platform)} FROM accounts_record n "
                "JOIN accounts_record r ON n.key = r.key || '-copy-' || %s "
                "JOIN collect_platform p ON p.record_ptr_id = r.id",
                [str(copy)],
            )
        cursor.execute("SELECT count(*) FROM collect_platform")
        return int(cursor.fetchone()[0])


def measure(wanted: int) -> dict[str, Any]:
    """Return processor and wall seconds of each question, the best of three, in a hub of so many platforms."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from fairground.demo.load import load_demo
    from fairground.publish.index import rebuild_index

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    load_demo(now=timezone.now())
    platforms = grow(wanted)
    rebuild_index()
    client = Client()
    figures = []
    for text in _QUESTIONS:
        address = client.get("/zh/landing/answer/", {"text": text})["Location"]
        processor, wall, queries = [], [], 0
        for _ in range(3):
            started, began = time.process_time(), time.perf_counter()
            with CaptureQueriesContext(connection) as seen:
                assert client.get(address).status_code == 200
            processor.append(time.process_time() - started)
            wall.append(time.perf_counter() - began)
            queries = len(seen)
        figures.append(
            {
                "text": text,
                "processor_s": round(min(processor), 2),
                "wall_s": round(min(wall), 2),
                "queries": queries,
            }
        )
    return {"measured_on": date.today().isoformat(), "platforms": platforms, "questions": figures}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--platforms", type=int, default=20_000)
    parser.add_argument("--json", type=Path, metavar="OUT")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(
            FAIRGROUND_HOME=home,
            FAIRGROUND_MODE="demonstration",
            FAIRGROUND_RATE_LIMITS="0",
            DJANGO_SETTINGS_MODULE="fairground.config.settings",
        )
        os.environ.pop("DATABASE_URL", None)
        report = measure(arguments.platforms)
    print(json.dumps(report, ensure_ascii=False, indent=1))
    if arguments.json:
        arguments.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
