"""Addresses of campaigns: nouns, changed by POST. ``/c/`` and ``/o/`` are answered before."""

from django.urls import include, path

from .views import (
    campaigns,
    limits,
    listing,
    looking,
    notices,
    pictures,
    public,
    reading,
    results,
    schedule,
    sending,
    single,
)

app_name = "campaigns"

_one = [
    path("", sending.campaign, name="campaign"),
    path("edit/", campaigns.edit, name="edit"),
    path("mail/", looking.shown, name="shown"),
    path("copies/", campaigns.copies, name="copies"),
    path("deletion/", campaigns.deletion, name="deletion"),
    path("sending/", sending.sending, name="sending"),
    path("schedule/", schedule.schedule, name="schedule"),
    path("pausing/", sending.pausing, name="pausing"),
    path("resuming/", sending.resuming, name="resuming"),
    path("cancelling/", sending.cancelling, name="cancelling"),
    path("trial/", sending.trial, name="trial"),
    path("approval/", sending.approval, name="approval"),
    path("decision/", sending.decision, name="decision"),
    path("uncertain/", sending.uncertain, name="uncertain"),
    path("winner/", sending.winner, name="winner"),
    path("segment/", results.segment, name="segment"),
    path("segments/", results.segment_results, name="segment_results"),
    path("archive/", sending.archive, name="archiving"),
    path("progress/", sending.progress, name="progress"),
    path("recipients/", results.recipients, name="recipients"),
    path("results.csv", results.export, name="export"),
]
_notice = [
    path("", notices.notice, name="notice"),
    path("edit/", notices.edit, name="edit_notice"),
    path("ending/", notices.ending, name="end_notice"),
    path("deletion/", notices.deletion, name="delete_notice"),
    path("segment/", notices.unread, name="unread_notice"),
    path("readings.csv", notices.export, name="export_notice"),
]
urlpatterns = [
    path("office/campaigns/", listing.index, name="list"),
    path("office/campaigns/new/", campaigns.new, name="new"),
    path("office/campaigns/preview/", looking.preview, name="preview"),
    path("office/campaigns/pictures/", pictures.pictures, name="pictures"),
    path("office/campaigns/restoration/", campaigns.restoration, name="restoration"),
    path("office/campaigns/reach/", sending.reach, name="reach"),
    path("office/campaigns/<int:pk>/", include(_one)),
    path("office/settings/sending/", limits.limits, name="limits"),
    path("office/notices/", notices.index, name="notices"),
    path("office/notices/new/", notices.new, name="new_notice"),
    path("office/notices/<int:pk>/", include(_notice)),
    path("office/members/<int:pk>/messages/", single.write, name="write_to"),
    path("office/members/<int:pk>/messages/preview/", single.preview, name="letter_preview"),
    path("m/<str:word>", public.mail, name="mail"),
    path("pictures/<slug:word>.<slug:kind>", pictures.picture, name="picture"),
    path("archive/", public.archive, name="archive"),
    path("archive/<int:pk>/", public.archived, name="archived_mail"),
    path("notices/", reading.own, name="own_notices"),
    path("notices/<str:word>/", reading.notices, name="my_notices"),
    path("notices/<str:word>/<int:pk>/", reading.reading, name="my_reading"),
]
