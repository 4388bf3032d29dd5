"""Tasks, the rules that make them, and the open next actions as tasks."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enishi.core.clock

# A later contact with the same member had settled a next action so far.
NEXT_ACTIONS = """
INSERT INTO members_task
    (title, text, due_on, owner_id, member_id, contact_id, by_id, key, created_at)
SELECT COALESCE(NULLIF(c.next_action, ''), c.subject), '', c.next_on, c.by_id, c.member_id, c.id,
       c.by_id, '', now()
FROM members_contact c
WHERE (c.next_on IS NOT NULL OR c.next_action <> '')
  AND NOT EXISTS (
      SELECT FROM members_contact later WHERE later.member_id = c.member_id AND later.at > c.at
  )
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("core", "0001_initial"),
        ("members", "0009_relations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="TaskRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="When")),
                ("days", models.PositiveSmallIntegerField(verbose_name="Days")),
                ("title", models.CharField(max_length=200, verbose_name="Task")),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="Retired")),
                (
                    "created_at",
                    models.DateTimeField(
                        default=enishi.core.clock.now, editable=False, verbose_name="Created"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="For",
                    ),
                ),
            ],
            options={
                "verbose_name": "Task rule",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="Task")),
                (
                    "text",
                    models.TextField(
                        blank=True, default="", max_length=20000, verbose_name="Details"
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="Due")),
                ("key", models.CharField(blank=True, default="", editable=False, max_length=100)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=enishi.core.clock.now, editable=False, verbose_name="Created"
                    ),
                ),
                ("done_at", models.DateTimeField(editable=False, null=True, verbose_name="Done")),
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
                    "contact",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="tasks",
                        to="members.contact",
                    ),
                ),
                (
                    "done_by",
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tasks",
                        to="members.member",
                        verbose_name="Member",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="tasks",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="For",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="tasks",
                        to="members.taskrule",
                    ),
                ),
            ],
            options={
                "verbose_name": "Task",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["owner", "due_on"],
                        name="task_open",
                    ),
                    models.Index(
                        condition=models.Q(("done_at", None), _negated=True),
                        fields=["-done_at"],
                        name="task_done",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("rule", "key"),
                        name="once_per_rule_and_key",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("contact", None), _negated=True),
                        fields=("contact",),
                        name="one_task_per_contact",
                    ),
                ],
            },
        ),
        migrations.RunSQL(NEXT_ACTIONS, migrations.RunSQL.noop),
    ]
