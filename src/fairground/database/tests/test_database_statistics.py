import pytest
from django.db import connection

from fairground.database.statistics import refresh_statistics


@pytest.mark.django_db
def test_database_knows_its_tables_after_a_look() -> None:
    refresh_statistics()
    refresh_statistics()
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = 'sqlite_stat1'")
        assert cursor.fetchone() == (1,)
