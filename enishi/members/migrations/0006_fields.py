from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enishi.core.clock
import enishi.members.models.fields

# The choices were plain labels; each becomes a value with that label.
_CHOICES = """
UPDATE members_field SET choices_kept = coalesce((
    SELECT jsonb_agg(jsonb_build_object(
        'value', c, 'label', c, 'label_en', '', 'retired', false) ORDER BY i)
    FROM unnest(choices) WITH ORDINALITY u(c, i)
), '[]')
"""
_BACK = """
UPDATE members_field SET choices = coalesce(
    ARRAY(SELECT c ->> 'label' FROM jsonb_array_elements(choices_kept) c), '{}')
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("members", "0005_sort_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.AddField("field", "choices_kept", models.JSONField(blank=True, default=list)),
        migrations.RunSQL(_CHOICES, _BACK),
        migrations.RemoveField("field", "choices"),
        migrations.RenameField("field", "choices_kept", "choices"),
        migrations.CreateModel(
            name="FieldFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table", models.CharField(blank=True, default="", max_length=60)),
                ("key", models.CharField(max_length=60)),
                ("record", models.BigIntegerField(null=True)),
                (
                    "file",
                    models.FileField(
                        max_length=120, upload_to=enishi.members.models.fields.stored_as
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="Name")),
                ("size", models.BigIntegerField(verbose_name="Size")),
                ("content_type", models.CharField(max_length=100)),
                (
                    "at",
                    models.DateTimeField(
                        default=enishi.core.clock.now, editable=False, verbose_name="Added"
                    ),
                ),
            ],
            options={
                "verbose_name": "File in a field",
            },
        ),
        migrations.AddField(
            model_name="field",
            name="at_registration",
            field=models.BooleanField(default=False, verbose_name="Asked at registration"),
        ),
        migrations.AddField(
            model_name="field",
            name="default",
            field=models.JSONField(
                blank=True, default=None, null=True, verbose_name="Filled in beforehand"
            ),
        ),
        migrations.AddField(
            model_name="field",
            name="deleted_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="Deleted"
            ),
        ),
        migrations.AddField(
            model_name="field",
            name="edited_by",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=50),
                blank=True,
                default=list,
                size=None,
                verbose_name="Edited by",
            ),
        ),
        migrations.AddField(
            model_name="field",
            name="edited_on_my_page",
            field=models.BooleanField(default=False, verbose_name="The member may change it"),
        ),
        migrations.AddField(
            model_name="field",
            name="expression",
            field=models.TextField(blank=True, default="", max_length=2000, verbose_name="Formula"),
        ),
        migrations.AddField(
            model_name="field",
            name="help",
            field=models.CharField(
                blank=True, default="", max_length=300, verbose_name="Explanation"
            ),
        ),
        migrations.AddField(
            model_name="field",
            name="input",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "As usual"),
                    ("select", "List to open"),
                    ("radio", "Buttons, one of them"),
                    ("checkboxes", "Boxes to tick"),
                    ("suggest", "Text with suggestions"),
                ],
                default="",
                max_length=10,
                verbose_name="How it is entered",
            ),
        ),
        migrations.AddField(
            model_name="field",
            name="least",
            field=models.JSONField(blank=True, default=None, null=True, verbose_name="At least"),
        ),
        migrations.AddField(
            model_name="field",
            name="links_to",
            field=models.CharField(blank=True, default="", max_length=60, verbose_name="Database"),
        ),
        migrations.AddField(
            model_name="field",
            name="longest",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="Length at most"),
        ),
        migrations.AddField(
            model_name="field",
            name="most",
            field=models.JSONField(blank=True, default=None, null=True, verbose_name="At most"),
        ),
        migrations.AddField(
            model_name="field",
            name="on_my_page",
            field=models.BooleanField(default=False, verbose_name="Shown on the member's own page"),
        ),
        migrations.AddField(
            model_name="field",
            name="pattern",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="Pattern"),
        ),
        migrations.AddField(
            model_name="field",
            name="personal",
            field=models.CharField(
                choices=[
                    ("ordinary", "Ordinary"),
                    ("sensitive", "Sensitive (special care)"),
                    ("specific", "Specific (My Number)"),
                ],
                default="ordinary",
                max_length=10,
                verbose_name="Personal data",
            ),
        ),
        migrations.AddField(
            model_name="field",
            name="required",
            field=models.BooleanField(default=False, verbose_name="Must be filled in"),
        ),
        migrations.AddField(
            model_name="field",
            name="result",
            field=models.CharField(blank=True, default="", max_length=10, verbose_name="Shown as"),
        ),
        migrations.AddField(
            model_name="field",
            name="searched",
            field=models.BooleanField(default=False, verbose_name="Found by the search box"),
        ),
        migrations.AddField(
            model_name="field",
            name="section",
            field=models.CharField(blank=True, default="", max_length=100, verbose_name="Section"),
        ),
        migrations.AddField(
            model_name="field",
            name="seen_by",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=50),
                blank=True,
                default=list,
                size=None,
                verbose_name="Seen by",
            ),
        ),
        migrations.AddField(
            model_name="field",
            name="table",
            field=models.CharField(blank=True, default="", editable=False, max_length=60),
        ),
        migrations.AddField(
            model_name="field",
            name="unique",
            field=models.BooleanField(default=False, verbose_name="No two alike"),
        ),
        migrations.AlterField(
            model_name="field",
            name="choices",
            field=models.JSONField(blank=True, default=list, verbose_name="Choices"),
        ),
        migrations.AlterField(
            model_name="field",
            name="key",
            field=models.CharField(max_length=60, verbose_name="Key"),
        ),
        migrations.AlterField(
            model_name="field",
            name="type",
            field=models.CharField(
                choices=[
                    ("text", "Text"),
                    ("long_text", "Long text"),
                    ("integer", "Whole number"),
                    ("decimal", "Decimal number"),
                    ("money", "Amount of money"),
                    ("date", "Date"),
                    ("datetime", "Date and time"),
                    ("time", "Time"),
                    ("boolean", "Yes or no"),
                    ("choice", "One choice"),
                    ("choices", "Several choices"),
                    ("email", "E-mail"),
                    ("phone", "Phone"),
                    ("url", "Web address"),
                    ("address", "Postal address"),
                    ("file", "File"),
                    ("image", "Image"),
                    ("member", "Link to a member"),
                    ("record", "Link to a record"),
                    ("computed", "Computed"),
                ],
                default="text",
                max_length=10,
                verbose_name="Type",
            ),
        ),
        migrations.AddConstraint(
            model_name="field",
            constraint=models.UniqueConstraint(fields=("table", "key"), name="field_key_once"),
        ),
        migrations.AddField(
            model_name="fieldfile",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="fieldfile",
            name="member",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="field_files",
                to="members.member",
            ),
        ),
    ]
