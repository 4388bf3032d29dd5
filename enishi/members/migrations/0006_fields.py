from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("members", "0005_sort_indexes")]
    operations: ClassVar = []
