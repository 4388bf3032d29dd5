"""Give a new office usual member types and leave reasons; it may change them as it likes."""

from django.db import migrations

TYPES = [
    ("正会員", False),
    ("準会員", False),
    ("学生会員", False),
    ("賛助会員", False),
    ("法人会員", True),
]
REASONS = [
    "会費の負担",
    "多忙",
    "転居",
    "進学・就職・退職",
    "期待と違った",
    "会費の未納",
    "連絡がつかない",
    "逝去",
    "その他",
]


def fill(apps, schema_editor):
    member_type = apps.get_model("members", "MemberType")
    for order, (name, for_organisations) in enumerate(TYPES, start=1):
        member_type.objects.create(name=name, for_organisations=for_organisations, order=order)
    leave_reason = apps.get_model("members", "LeaveReason")
    for order, name in enumerate(REASONS, start=1):
        leave_reason.objects.create(name=name, order=order)


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
