from typing import Any, ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

import enishi.core.clock


def _pk() -> Any:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def _side() -> Any:
    return models.ForeignKey(
        db_constraint=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to="members.member",
    )


def _staff() -> Any:
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


def _member(related_name: str) -> Any:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to="members.member"
    )


def _pair(name: str) -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(fields=("first", "second"), name=f"{name}_once"),
        models.CheckConstraint(condition=Q(first__lt=F("second")), name=f"{name}_smaller_id_first"),
    ]


def _now(**more: Any) -> Any:
    return models.DateTimeField(default=enishi.core.clock.now, editable=False, **more)


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("members", "0007_views"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.AddField(
            model_name="member",
            name="merged_into",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                condition=~Q(merged_into=None), fields=["merged_into"], name="member_merged"
            ),
        ),
        migrations.CreateModel(
            name="DuplicateScan",
            fields=[
                ("id", _pk()),
                ("at", _now()),
                ("members", models.BigIntegerField()),
                ("candidates", models.BigIntegerField(default=0)),
                ("found", models.BigIntegerField(default=0)),
                ("odds", models.JSONField(default=dict)),
            ],
            options={"ordering": ["-pk"]},
        ),
        migrations.CreateModel(
            name="DuplicatePair",
            fields=[
                ("id", _pk()),
                ("first", _side()),
                ("second", _side()),
                ("score", models.PositiveSmallIntegerField(verbose_name="Score")),
                ("reasons", models.JSONField(default=list)),
                ("found_at", _now()),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["-score", "id"], name="duplicate_score")],
                "constraints": _pair("duplicatepair"),
            },
        ),
        migrations.CreateModel(
            name="NotSame",
            fields=[
                ("id", _pk()),
                ("first", _side()),
                ("second", _side()),
                ("by", _staff()),
                ("at", _now()),
            ],
            options={
                "abstract": False,
                "verbose_name": "Not the same",
                "constraints": _pair("notsame"),
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", _pk()),
                ("keep", _member("merges")),
                ("drop", _member("merged_away")),
                ("choices", models.JSONField(default=dict)),
                ("values", models.JSONField(default=dict)),
                ("periods", models.JSONField(default=dict)),
                ("made", models.JSONField(default=list)),
                ("score", models.PositiveSmallIntegerField(null=True)),
                ("by", _staff()),
                ("at", _now(verbose_name="Merged")),
                ("undone_by", _staff()),
                (
                    "undone_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="Undone"),
                ),
            ],
            options={
                "verbose_name": "Merge",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(undone_at=None), fields=("drop",), name="merged_into_one_only"
                    ),
                    models.CheckConstraint(condition=~Q(keep=F("drop")), name="merge_of_two"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MergedRows",
            fields=[
                ("id", _pk()),
                (
                    "merge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="members.merge",
                    ),
                ),
                ("table", models.CharField(max_length=63)),
                ("column", models.CharField(max_length=63)),
                ("moved", models.JSONField(default=list)),
                ("parked", models.JSONField(default=list)),
            ],
        ),
    ]
