"""``enishi bench freeze``: from a question about everybody to rows, on the seeded roll."""

from enishi.campaigns import actions
from enishi.campaigns.sending import freezing
from enishi.core import ground
from enishi.core.bench import Report, bench
from enishi.core.bulk import rows, run

_BARE = """
    CREATE TABLE bench_frozen AS
    SELECT id AS member_id, email, 0 AS variant, 'pending' AS state FROM members_member
     WHERE email <> '' AND deleted_at IS NULL
"""


@bench("freeze")
def freeze(report: Report) -> None:
    """The audience of a campaign to the whole roll (a million, or ENISHI_BENCH_MEMBERS)."""
    wanted = ground.members_wanted()
    with ground.filled(wanted):
        run("DROP TABLE IF EXISTS bench_frozen")
        with report.stopwatch("bare CREATE TABLE AS of the same members"):
            run(_BARE)
        run("DROP TABLE bench_frozen")
        campaign = actions.create(
            {
                "name": "bench freeze",
                "message_class": "transactional",
                "subject": "お知らせ",
                "body": {"text": "お知らせ"},
                "audience": {"include": [{"all": []}], "exclude": []},
            },
            by=None,
        )
        try:
            actions.start(campaign, by=None)
            budget = max(1.0, 20 * wanted / 1_000_000)
            with report.stopwatch("freezing", budget=budget, note=f"{wanted:,} members"):
                freezing.freeze(campaign.pk)
            campaign.refresh_from_db()
            left_out = sum(campaign.dropped.values())
            report.measure("recipients", campaign.total, "", note=f"{left_out:,} left out")
            [[written]] = rows("SELECT count(*) FROM campaigns_recipient")
            assert written == campaign.total + left_out
        finally:
            run("TRUNCATE campaigns_campaign, campaigns_recipient CASCADE")
