"""The journal of bulk changes keeps one index in order instead of three."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0016_place_index"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="bulkeditrow",
            name="bulk_edit_once_per_member",
        ),
        migrations.RemoveField(
            model_name="bulkeditrow",
            name="id",
        ),
        migrations.AddField(  # writes nothing: a key of two columns cannot be added to a table
            model_name="bulkeditrow",
            name="pk",
            field=models.CompositePrimaryKey(
                "member", "edit", blank=True, editable=False, primary_key=True, serialize=False
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE members_bulkeditrow ADD PRIMARY KEY (member_id, edit_id)",
            "ALTER TABLE members_bulkeditrow DROP CONSTRAINT members_bulkeditrow_pkey",
        ),
        migrations.AlterField(
            model_name="bulkeditrow",
            name="member",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AddIndex(
            model_name="bulkeditrow",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["edit"], name="bulk_edit_rows", pages_per_range=16
            ),
        ),
    ]
