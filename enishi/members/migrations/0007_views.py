from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enishi.core.clock


def put_normal(apps, schema_editor):
    from enishi.members.conditions.normal import definition

    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION members_normal(text) RETURNS text"
            " LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$ " + definition() + " $body$"
        )


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("core", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("members", "0006_fields"),
    ]
    operations: ClassVar = [
        migrations.RunPython(put_normal, migrations.RunPython.noop),
        migrations.CreateModel(
            name="BulkEdit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field", models.CharField(max_length=80, verbose_name="Field")),
                (
                    "verb",
                    models.CharField(
                        choices=[("set", "Set to"), ("put", "Put on"), ("take", "Take off")],
                        default="set",
                        max_length=4,
                    ),
                ),
                ("value", models.JSONField(null=True)),
                ("shown", models.CharField(blank=True, default="", max_length=300)),
                ("filters", models.JSONField(default=dict)),
                ("count", models.BigIntegerField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("left_out", models.BigIntegerField(default=0)),
                ("at", models.DateTimeField(default=enishi.core.clock.now, editable=False)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.job",
                    ),
                ),
                (
                    "undo_job",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.job",
                    ),
                ),
            ],
            options={
                "verbose_name": "Bulk change",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="Name")),
                (
                    "shared",
                    models.BooleanField(
                        default=False, verbose_name="Everybody in the office can use it"
                    ),
                ),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("rule", models.JSONField(default=None, null=True)),
                ("search", models.CharField(blank=True, default="", max_length=200)),
                ("sort", models.CharField(blank=True, default="", max_length=80)),
                (
                    "density",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "As each person likes"),
                            ("dense", "Many rows"),
                            ("roomy", "High rows"),
                        ],
                        default="",
                        max_length=5,
                        verbose_name="Row height",
                    ),
                ),
                (
                    "default_for",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField(default=enishi.core.clock.now, editable=False)),
                ("updated_at", models.DateTimeField(default=enishi.core.clock.now, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "Saved view",
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="BulkEditRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("old", models.JSONField(null=True)),
                (
                    "edit",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="members.bulkedit",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edit", "member"), name="bulk_edit_once_per_member"
                    )
                ],
            },
        ),
    ]
