from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("members", "0011_consents")]
    operations: ClassVar = [
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                fields=["id"], name="member_present", condition=models.Q(deleted_at=None)
            ),
        ),
    ]
