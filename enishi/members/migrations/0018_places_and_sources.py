"""What a merge changed of places, what values of formulas come from, and who reopened a task."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0017_bulk_rows"),
    ]

    operations = [
        migrations.AddField(
            model_name="field",
            name="derived_from",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=70),
                blank=True,
                default=list,
                editable=False,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="places",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="task",
            name="reopened_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
