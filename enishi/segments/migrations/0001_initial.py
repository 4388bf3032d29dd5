import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enishi.core.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("members", "0005_sort_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Score",
            fields=[
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="score",
                        serialize=False,
                        to="members.member",
                    ),
                ),
                ("last_at", models.DateTimeField(null=True, verbose_name="Last activity")),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="Active days in a year"
                    ),
                ),
                (
                    "days_90",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="Active days in 90 days"
                    ),
                ),
                ("amount", models.BigIntegerField(default=0, verbose_name="Spent in a year")),
                (
                    "recency",
                    models.PositiveSmallIntegerField(default=1, verbose_name="Recency (R)"),
                ),
                (
                    "frequency",
                    models.PositiveSmallIntegerField(default=1, verbose_name="Frequency (F)"),
                ),
                ("monetary", models.PositiveSmallIntegerField(default=1, verbose_name="Money (M)")),
                (
                    "activity",
                    models.PositiveSmallIntegerField(default=0, verbose_name="Activity score"),
                ),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("champion", "Champion"),
                            ("steady", "Steady"),
                            ("at_risk", "At risk"),
                            ("dormant", "Dormant"),
                        ],
                        max_length=8,
                        verbose_name="Score group",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "Score of a member",
                "indexes": [
                    models.Index(fields=["group"], name="segment_score_group"),
                    models.Index(fields=["activity"], name="segment_score_activity"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Segment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="Name")),
                (
                    "description",
                    models.TextField(
                        blank=True, default="", max_length=2000, verbose_name="Description"
                    ),
                ),
                ("rule", models.JSONField(verbose_name="Rule")),
                (
                    "version",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="Version"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("stored", "Members are kept"), ("live", "Asked anew each time")],
                        default="stored",
                        max_length=6,
                        verbose_name="Members",
                    ),
                ),
                ("ready", models.CharField(blank=True, default="", editable=False, max_length=20)),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, editable=False, size=None
                    ),
                ),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, editable=False, size=None
                    ),
                ),
                (
                    "sources",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, editable=False, size=None
                    ),
                ),
                (
                    "parents",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, editable=False, size=None
                    ),
                ),
                (
                    "moving",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Only when members change"),
                            ("day", "With every new day"),
                            ("instant", "At any moment"),
                        ],
                        default="",
                        editable=False,
                        max_length=7,
                    ),
                ),
                (
                    "count",
                    models.PositiveIntegerField(editable=False, null=True, verbose_name="Members"),
                ),
                ("counted_at", models.DateTimeField(editable=False, null=True)),
                ("sentences", models.JSONField(default=dict, editable=False)),
                ("rule_at", models.DateTimeField(default=enishi.core.clock.now, editable=False)),
                (
                    "refreshed_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="Brought up to date"
                    ),
                ),
                ("next_due", models.DateTimeField(editable=False, null=True)),
                ("took_ms", models.PositiveIntegerField(default=0, editable=False)),
                ("refreshes", models.PositiveIntegerField(default=0, editable=False)),
                ("tests", models.PositiveBigIntegerField(default=0, editable=False)),
                ("problem", models.TextField(blank=True, default="", editable=False)),
                ("created_at", models.DateTimeField(default=enishi.core.clock.now, editable=False)),
                ("updated_at", models.DateTimeField(default=enishi.core.clock.now, editable=False)),
                (
                    "by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "Segment",
                "verbose_name_plural": "Segments",
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Pending",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pending",
                        to="segments.segment",
                    ),
                ),
            ],
            options={
                "verbose_name": "Member to test again",
            },
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("at", models.DateTimeField(default=enishi.core.clock.now)),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("filled", "First filled"),
                            ("rule", "The rule was changed"),
                            ("change", "Members changed"),
                            ("time", "Time went by"),
                        ],
                        max_length=6,
                    ),
                ),
                ("entered", models.PositiveIntegerField(default=0)),
                ("left", models.PositiveIntegerField(default=0)),
                (
                    "segment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="movements",
                        to="segments.segment",
                    ),
                ),
            ],
            options={
                "verbose_name": "Movement of a segment",
            },
        ),
        migrations.CreateModel(
            name="ManualMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("included", models.BooleanField()),
                (
                    "note",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="Reason"),
                ),
                ("at", models.DateTimeField(default=enishi.core.clock.now)),
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
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="manual_segments",
                        to="members.member",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="manual",
                        to="segments.segment",
                    ),
                ),
            ],
            options={
                "verbose_name": "Exception of a segment",
            },
        ),
        migrations.CreateModel(
            name="ActionRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("segment_name", models.CharField(max_length=100)),
                ("version", models.PositiveIntegerField(verbose_name="Version")),
                ("action", models.CharField(max_length=40, verbose_name="Action")),
                ("options", models.JSONField(default=dict)),
                ("count", models.PositiveIntegerField(verbose_name="Members")),
                (
                    "members",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), editable=False, null=True, size=None
                    ),
                ),
                ("result", models.JSONField(null=True)),
                ("at", models.DateTimeField(default=enishi.core.clock.now)),
                ("ended_at", models.DateTimeField(null=True)),
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
                    "segment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="runs",
                        to="segments.segment",
                    ),
                ),
            ],
            options={
                "verbose_name": "Action on a segment",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="SegmentChange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "movement_id",
                        "member_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("entered", models.BooleanField()),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="segment_changes",
                        to="members.member",
                    ),
                ),
                (
                    "movement",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="segments.movement",
                    ),
                ),
            ],
            options={
                "verbose_name": "Change of a segment",
            },
        ),
        migrations.CreateModel(
            name="SegmentMember",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "segment_id",
                        "member_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "entered_at",
                    models.DateTimeField(default=enishi.core.clock.now, verbose_name="Since"),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="segment_links",
                        to="members.member",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="segments.segment",
                    ),
                ),
            ],
            options={
                "verbose_name": "Member of a segment",
            },
        ),
        migrations.CreateModel(
            name="SegmentVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=100)),
                ("rule", models.JSONField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("stored", "Members are kept"), ("live", "Asked anew each time")],
                        max_length=6,
                    ),
                ),
                ("at", models.DateTimeField(default=enishi.core.clock.now)),
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
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="segments.segment",
                    ),
                ),
            ],
            options={
                "verbose_name": "Version of a segment",
                "ordering": ["-version"],
            },
        ),
        migrations.AddConstraint(
            model_name="segment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ready", ""), _negated=True),
                fields=("ready",),
                name="segment_ready_once",
            ),
        ),
        migrations.AddIndex(
            model_name="pending",
            index=models.Index(fields=["segment", "member"], name="segment_pending"),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(fields=["segment", "at"], name="segment_movement"),
        ),
        migrations.AddConstraint(
            model_name="manualmember",
            constraint=models.UniqueConstraint(
                fields=("segment", "member"), name="segment_manual_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="segmentversion",
            constraint=models.UniqueConstraint(
                fields=("segment", "version"), name="segment_version_once"
            ),
        ),
    ]
