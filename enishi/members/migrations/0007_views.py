from typing import ClassVar

from django.db import migrations


def put_normal(apps, schema_editor):
    from enishi.members.conditions.normal import definition

    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION members_normal(text) RETURNS text"
            " LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$ " + definition() + " $body$"
        )


class Migration(migrations.Migration):
    dependencies: ClassVar = [("members", "0006_fields")]
    operations: ClassVar = [
        migrations.RunPython(put_normal, migrations.RunPython.noop),
    ]
