"""N-grams that are quicker to make: every two letters of any kind, and every kanji."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

GRAMS = r"""
-- What the search box finds members by. Python's counterpart is enishi.members.search.grams.
-- Two regular expressions cut the text into pairs, from the first letter and from the second on;
-- this is five times as quick as any way through unnest(). Written in PL/pgSQL so that it is never
-- inlined: the planner must know its cost.
CREATE FUNCTION members_grams(words text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 3000
AS $$
BEGIN
    RETURN string_to_array(
        regexp_replace(words, '(..)', '\1' || chr(31), 'g') || chr(31)
            || regexp_replace(substr(words, 2), '(..)', '\1' || chr(31), 'g'),
        chr(31)
    ) || string_to_array(
        regexp_replace(words, '[^\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]+', '', 'g'),
        NULL
    );
END
$$;
"""
INDEX = django.contrib.postgres.indexes.GinIndex(
    models.Func(
        models.F("search"),
        function="members_grams",
        output_field=django.contrib.postgres.fields.ArrayField(models.TextField()),
    ),
    name="member_grams",
)


class Migration(migrations.Migration):
    dependencies = [("members", "0002_first_lists")]

    operations = [
        migrations.RemoveIndex("searchentry", "member_grams"),
        migrations.RunSQL("DROP FUNCTION members_grams(text)", migrations.RunSQL.noop),
        migrations.RunSQL(GRAMS, migrations.RunSQL.noop),
        migrations.AlterField("searchentry", "search", models.TextField(db_collation="C")),
        migrations.AddIndex("searchentry", INDEX),
    ]
