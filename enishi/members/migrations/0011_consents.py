import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enishi.core.clock
import enishi.members.models.consents


def first_topics(apps, schema_editor):
    Topic = apps.get_model("members", "Topic")
    for order, (key, name, name_en, text, text_en) in enumerate(
        (
            (
                "newsletter",
                "会報・お知らせ",
                "Newsletter",
                "会の活動や新しいお知らせをお届けします。",
                "News and activities of the organisation.",
            ),
            (
                "events",
                "イベント・セミナーのご案内",
                "Events and seminars",
                "催しの日程と申込のご案内です。",
                "Dates of events and how to register.",
            ),
        ),
        start=1,
    ):
        Topic.objects.get_or_create(
            key=key,
            defaults={
                "name": name,
                "name_en": name_en,
                "description": text,
                "description_en": text_en,
                "order": order,
            },
        )


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0010_tasks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Topic",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=60, unique=True, verbose_name="Key")),
                ("name", models.CharField(max_length=100, verbose_name="Name")),
                (
                    "name_en",
                    models.CharField(
                        blank=True, default="", max_length=100, verbose_name="Name in English"
                    ),
                ),
                (
                    "description",
                    models.CharField(
                        blank=True, default="", max_length=300, verbose_name="Description"
                    ),
                ),
                (
                    "description_en",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=300,
                        verbose_name="Description in English",
                    ),
                ),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("email", "E-mail"),
                                ("sms", "SMS"),
                                ("push", "Push notice"),
                                ("notice", "Notice on my page"),
                            ],
                            max_length=10,
                        ),
                        default=enishi.members.models.consents.by_mail,
                        size=None,
                        verbose_name="Channels",
                    ),
                ),
                (
                    "double_opt_in",
                    models.BooleanField(default=False, verbose_name="Confirm by mail"),
                ),
                ("order", models.PositiveIntegerField(default=0)),
                ("retired_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "verbose_name": "Topic",
                "ordering": ["order", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Wording",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("form", models.CharField(max_length=100, verbose_name="Form")),
                (
                    "version",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="Version"),
                ),
                ("language", models.CharField(default="ja", max_length=8)),
                ("text", models.TextField(blank=True, default="", verbose_name="Text")),
                ("digest", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "verbose_name": "Wording",
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("member_number", models.CharField(blank=True, default="", max_length=40)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("sms", "SMS"),
                            ("push", "Push notice"),
                            ("notice", "Notice on my page"),
                        ],
                        max_length=10,
                        verbose_name="Channel",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("given", "Given"),
                            ("withdrawn", "Withdrawn"),
                            ("asked", "To be confirmed"),
                        ],
                        max_length=10,
                        verbose_name="Consent",
                    ),
                ),
                ("at", models.DateTimeField(default=enishi.core.clock.now, verbose_name="When")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("office", "Entered by the office"),
                            ("import", "Import"),
                            ("api", "Other program"),
                            ("form", "Form"),
                            ("preferences", "Preference page"),
                            ("confirmation", "Confirmed by mail"),
                            ("one_click", "Unsubscribe button of the mail program"),
                        ],
                        max_length=15,
                        verbose_name="Where",
                    ),
                ),
                (
                    "ip",
                    models.GenericIPAddressField(blank=True, null=True, verbose_name="IP address"),
                ),
                ("ref", models.CharField(blank=True, default="", max_length=60)),
                (
                    "note",
                    models.CharField(blank=True, default="", max_length=500, verbose_name="Note"),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "imported",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="members.import",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="consents",
                        to="members.member",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="members.topic",
                        verbose_name="Topic",
                    ),
                ),
                (
                    "wording",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.wording",
                    ),
                ),
            ],
            options={
                "verbose_name": "Consent",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ConsentState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("sms", "SMS"),
                            ("push", "Push notice"),
                            ("notice", "Notice on my page"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("given", "Given"),
                            ("withdrawn", "Withdrawn"),
                            ("asked", "To be confirmed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("since", models.DateTimeField()),
                (
                    "consent",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="members.consent",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consent_states",
                        to="members.member",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="states",
                        to="members.topic",
                    ),
                ),
            ],
            options={
                "verbose_name": "Consent",
                "indexes": [
                    models.Index(
                        fields=["topic", "channel", "state", "member"], name="consent_state_topic"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("member", "topic", "channel"), name="one_consent_state"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["member", "-at", "-id"], name="consent_member"),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["topic", "channel", "id"], name="consent_topic"),
        ),
        migrations.RunPython(first_topics, migrations.RunPython.noop),
    ]
