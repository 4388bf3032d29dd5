"""Households, affiliations, guardians; labels."""

from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enishi.core.clock
import enishi.members.models.labels


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("core", "0001_initial"),
        ("members", "0008_duplicates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Household",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(max_length=40, unique=True, verbose_name="Household number"),
                ),
                ("name", models.CharField(max_length=200, verbose_name="Name of the household")),
                (
                    "note",
                    models.CharField(blank=True, default="", max_length=500, verbose_name="Note"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=enishi.core.clock.now, editable=False, verbose_name="Created"
                    ),
                ),
            ],
            options={
                "verbose_name": "Household",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="LabelPrint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "file",
                    models.FileField(
                        blank=True, max_length=120, upload_to=enishi.members.models.labels.stored_as
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("options", models.JSONField(default=dict)),
                ("filters", models.JSONField(default=dict)),
                ("labels", models.PositiveIntegerField(null=True)),
                ("left_out", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=enishi.core.clock.now, editable=False)),
                ("expires_at", models.DateTimeField()),
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
            ],
            options={
                "verbose_name": "Labels",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="SeatAllowance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seats", models.PositiveIntegerField(verbose_name="Seats")),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seat_allowance",
                        to="members.member",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Affiliation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_on", models.DateField(blank=True, null=True, verbose_name="From")),
                ("to_on", models.DateField(blank=True, null=True, verbose_name="To")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        default=enishi.core.clock.now, editable=False, verbose_name="Recorded"
                    ),
                ),
                (
                    "posts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("representative", "Representative"),
                                ("contact", "Contact person"),
                                ("billing", "Billing"),
                            ],
                            max_length=20,
                        ),
                        default=list,
                        size=None,
                        verbose_name="Posts",
                    ),
                ),
                (
                    "title",
                    models.CharField(
                        blank=True, default="", max_length=100, verbose_name="Position"
                    ),
                ),
                ("has_seat", models.BooleanField(default=True, verbose_name="Takes a seat")),
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
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="people_links",
                        to="members.member",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="organisation_links",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "verbose_name": "Affiliation",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_on", None),
                            ("to_on", None),
                            ("to_on__gte", models.F("from_on")),
                            _connector="OR",
                        ),
                        name="affiliation_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("organisation", models.F("person")), _negated=True),
                        name="affiliated_with_another",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("to_on", None)),
                        fields=("organisation", "person"),
                        name="affiliated_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Guardianship",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_on", models.DateField(blank=True, null=True, verbose_name="From")),
                ("to_on", models.DateField(blank=True, null=True, verbose_name="To")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        default=enishi.core.clock.now, editable=False, verbose_name="Recorded"
                    ),
                ),
                (
                    "tie",
                    models.CharField(
                        choices=[
                            ("father", "Father"),
                            ("mother", "Mother"),
                            ("grandparent", "Grandparent"),
                            ("guardian", "Legal guardian"),
                            ("other", "Other"),
                        ],
                        default="guardian",
                        max_length=12,
                        verbose_name="Kinship",
                    ),
                ),
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
                    "guardian",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ward_links",
                        to="members.member",
                    ),
                ),
                (
                    "ward",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="guardian_links",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "verbose_name": "Guardianship",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_on", None),
                            ("to_on", None),
                            ("to_on__gte", models.F("from_on")),
                            _connector="OR",
                        ),
                        name="guardianship_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("guardian", models.F("ward")), _negated=True),
                        name="guarded_by_another",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("to_on", None)),
                        fields=("guardian", "ward"),
                        name="guarded_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseholdMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_on", models.DateField(blank=True, null=True, verbose_name="From")),
                ("to_on", models.DateField(blank=True, null=True, verbose_name="To")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        default=enishi.core.clock.now, editable=False, verbose_name="Recorded"
                    ),
                ),
                (
                    "kinship",
                    models.CharField(
                        choices=[
                            ("head", "Head"),
                            ("spouse", "Spouse"),
                            ("child", "Child"),
                            ("parent", "Parent"),
                            ("other", "Other"),
                        ],
                        default="other",
                        max_length=10,
                        verbose_name="Kinship",
                    ),
                ),
                ("pays", models.BooleanField(default=False, verbose_name="Pays for the household")),
                ("primary", models.BooleanField(default=True, verbose_name="Main household")),
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
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="members.household",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="household_links",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "verbose_name": "Household member",
                "ordering": ["-pays", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_on", None),
                            ("to_on", None),
                            ("to_on__gte", models.F("from_on")),
                            _connector="OR",
                        ),
                        name="household_link_ends_after_it_starts",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("to_on", None)),
                        fields=("household", "member"),
                        name="once_in_a_household",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("primary", True), ("to_on", None)),
                        fields=("member",),
                        name="one_primary_household",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("pays", True), ("to_on", None)),
                        fields=("household",),
                        name="one_payer_per_household",
                    ),
                ],
            },
        ),
    ]
