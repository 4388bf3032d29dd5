"""Member numbers for a set: each type's pattern, counted on from the last number given."""

from enishi.core.bulk import copy_rows, rows, run
from enishi.members.models import MemberType, NumberCounter
from enishi.members.numbers import Rendered, rendered


def number_lives() -> None:
    """Give each row of ``seed_life`` a number, in order of joining, and move the counters on."""
    shapes: dict[str, Rendered] = {}
    places = []
    patterns = dict(MemberType.objects.values_list("pk", "number_pattern"))
    months = "SELECT DISTINCT type_id, date_trunc('month', since)::date FROM seed_life"
    for type_id, month in rows(months):
        shape = rendered(patterns[type_id], month)
        shapes[shape.counter] = shape
        places.append((type_id, month, shape.counter))
    run(
        "CREATE TEMPORARY TABLE seed_place (type_id bigint, month date, counter text)"
        " ON COMMIT DROP"
    )
    copy_rows("seed_place", ["type_id", "month", "counter"], places)
    run(
        "CREATE TEMPORARY TABLE seed_counter (counter text, before text, after text, width int,"
        " last bigint) ON COMMIT DROP"
    )
    copy_rows(
        "seed_counter",
        ["counter", "before", "after", "width", "last"],
        [(key, s.before, s.after, s.width, _reached(s)) for key, s in shapes.items()],
    )
    run("ANALYZE seed_place")
    run(
        """
        CREATE TEMPORARY TABLE seed_number ON COMMIT DROP AS
        SELECT id, counter, before, after, width,
            last + row_number() OVER (PARTITION BY counter ORDER BY since, id) AS seq
        FROM seed_life AS life
        JOIN seed_place AS place
            ON place.type_id = life.type_id AND place.month = date_trunc('month', since)::date
        JOIN seed_counter USING (counter)
        """
    )
    for key, last in rows("SELECT counter, max(seq) FROM seed_number GROUP BY counter"):
        NumberCounter.objects.update_or_create(prefix=key, defaults={"last": last})


def _reached(shape: Rendered) -> int:
    """The last number given or taken by an import."""
    given = NumberCounter.objects.select_for_update().filter(prefix=shape.counter).first()
    taken = rows(
        "SELECT number FROM members_member WHERE number >= %s AND number < %s"
        " ORDER BY length(number) DESC, number DESC LIMIT 1",
        [shape.before, shape.before + "\U0010ffff"],
    )
    seq = shape.seq(taken[0][0]) if taken else None
    return max(given.last if given else 0, seq or 0)
