"""What is claimed and what may be leaving stands in batches, no longer in each recipient's row."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# No sender lives through an update: what it had claimed waits again, what may have left is
# uncertain, as after any other death.
_SORT_OUT = """
    UPDATE campaigns_recipient
       SET state = CASE state WHEN 'claimed' THEN 'pending' ELSE 'uncertain' END
     WHERE state IN ('claimed', 'handed_over')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0007_machine_burst"),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("sender", models.IntegerField(primary_key=True, serialize=False)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="batches",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField()),
                ),
                (
                    "going",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list
                    ),
                ),
                ("lease_until", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(_SORT_OUT, migrations.RunSQL.noop),
        migrations.RemoveIndex(
            model_name="recipient",
            name="recipient_open",
        ),
        migrations.RemoveField(
            model_name="recipient",
            name="lease_until",
        ),
        migrations.RemoveField(
            model_name="recipient",
            name="sender",
        ),
    ]
