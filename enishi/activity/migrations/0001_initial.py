import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import enishi.core.clock

# Narrow, fixed widths first. The indexes hold what rules ask for, so that most need no row:
# (member, kind) for one member's stream and for "did ever"; (kind, object) for "who did this".
STREAM = """
    CREATE TABLE activity_activity (
        at timestamptz NOT NULL,
        member_id bigint NOT NULL,
        id uuid NOT NULL,
        kind_id smallint NOT NULL,
        machine boolean NOT NULL DEFAULT false,
        object text NOT NULL DEFAULT '',
        props jsonb
    ) PARTITION BY RANGE (at);
    CREATE INDEX activity_by_member ON activity_activity (member_id, kind_id, machine, at);
    CREATE INDEX activity_by_kind ON activity_activity (kind_id, machine, object, at)
        INCLUDE (member_id);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("members", "0005_sort_indexes")]
    operations = [
        migrations.CreateModel(
            name="Kind",
            fields=[
                ("id", models.SmallAutoField(primary_key=True, serialize=False)),
                (
                    "key",
                    models.CharField(
                        db_collation="C", max_length=60, unique=True, verbose_name="Key"
                    ),
                ),
                ("label", models.CharField(max_length=100, verbose_name="Name")),
                ("icon", models.CharField(default="activity", max_length=40, verbose_name="Icon")),
                ("props", models.JSONField(default=dict, verbose_name="Properties")),
                (
                    "own",
                    models.BooleanField(default=False, verbose_name="Declared by the organisation"),
                ),
                (
                    "keep_months",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(1200)],
                        verbose_name="Keep for (months)",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=enishi.core.clock.now, editable=False, verbose_name="Created"
                    ),
                ),
            ],
            options={"verbose_name": "Kind of activity", "ordering": ["pk"]},
        ),
        migrations.CreateModel(
            name="SeenId",
            fields=[("id", models.UUIDField(editable=False, primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("visitor", models.UUIDField(db_index=True)),
                ("at", models.DateTimeField(db_index=True)),
                ("machine", models.BooleanField(default=False)),
                ("object", models.TextField(blank=True, default="")),
                ("props", models.JSONField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Visitor",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("since", models.DateTimeField(default=enishi.core.clock.now, editable=False)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="visitors",
                        to="members.member",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Tracking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("enabled", models.BooleanField(default=True, verbose_name="Count visits")),
                (
                    "consent",
                    models.BooleanField(
                        default=False,
                        help_text="The page calls enishi.agree() when the visitor agrees.",
                        verbose_name="Only after the visitor has agreed",
                    ),
                ),
                (
                    "address",
                    models.CharField(
                        choices=[
                            ("none", "Not kept"),
                            ("cut", "Cut short (203.0.113.0)"),
                            ("hashed", "As a code that leads back to nobody"),
                        ],
                        default="cut",
                        max_length=10,
                        verbose_name="IP addresses",
                    ),
                ),
                (
                    "origins",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="Other sites of the organisation",
                    ),
                ),
                (
                    "visit_days",
                    models.PositiveSmallIntegerField(
                        default=90,
                        validators=[django.core.validators.MaxValueValidator(1100)],
                        verbose_name="Keep visits of unknown visitors for (days)",
                    ),
                ),
                (
                    "keep_months",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Empty: for ever.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(1200)],
                        verbose_name="Keep what members did for (months)",
                    ),
                ),
            ],
            options={
                "verbose_name": "Tracking",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_tracking")
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(STREAM, "DROP TABLE activity_activity"),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Activity",
                    fields=[
                        ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                        ("at", models.DateTimeField(verbose_name="When")),
                        (
                            "machine",
                            models.BooleanField(default=False, verbose_name="By a machine"),
                        ),
                        ("object", models.TextField(blank=True, default="", verbose_name="Object")),
                        (
                            "props",
                            models.JSONField(blank=True, null=True, verbose_name="Properties"),
                        ),
                        (
                            "kind",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="activity.kind",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="activities",
                                to="members.member",
                            ),
                        ),
                    ],
                    options={"verbose_name": "Activity", "verbose_name_plural": "Activities"},
                ),
            ],
        ),
    ]
