"""Addresses of the roll: nouns, changed by POST."""

from django.urls import include, path

from .views.office import (
    bin as deleted,
)
from .views.office import (
    bulk,
    consents,
    contacts,
    entry,
    field_rights,
    files,
    karte,
    lookups,
    own_fields,
    roll,
    saved,
    sensitive,
    settings,
    status,
)
from .views.portal import preferences

app_name = "members"

_roll = [
    path("", roll.roll, name="list"),
    path("columns/", roll.columns, name="columns"),
    path("views/new/", saved.new, name="view_new"),
    path("views/<int:pk>/", saved.view, name="view"),
    path("views/<int:pk>/edit/", saved.edit, name="view_edit"),
    path("views/<int:pk>/deletion/", saved.deletion, name="view_deletion"),
    path("views/<int:pk>/restoration/", saved.restoration, name="view_restoration"),
    path("selection/tags/", bulk.tags, name="bulk_tags"),
    path("selection/owner/", bulk.owner, name="bulk_owner"),
    path("selection/field/", bulk.field, name="bulk_field"),
    path("bulk-changes/", bulk.changes, name="bulk_changes"),
    path("bulk-changes/<int:pk>/", bulk.change, name="bulk"),
    path("bulk-changes/<int:pk>/undo/", bulk.undo, name="bulk_undo"),
    path("bulk-changes/<int:pk>/cancellation/", bulk.cancellation, name="bulk_cancellation"),
    path("new/", entry.new, name="new"),
    path("new/duplicates/", lookups.duplicates, name="duplicates"),
    path("bin/", deleted.deleted, name="bin"),
    path("<int:pk>/sensitive/", sensitive.values, name="sensitive"),
    path("field-links/", own_fields.links, name="field_links"),
    path("postal-code/", lookups.postal_code, name="postal_codes"),
    path("postal-code/<str:code>/", lookups.postal_code, name="postal_code"),
]
_member = [
    path("", karte.karte, name="karte"),
    path("edit/", entry.edit, name="edit"),
    path("card/", karte.card, name="card"),
    path("timeline/", karte.timeline, name="timeline"),
    path("status/<slug:action>/", status.status, name="status"),
    path("plan/withdrawal/", status.plan_withdrawal, name="plan_withdrawal"),
    path("deletion/", deleted.deletion, name="deletion"),
    path("restoration/", deleted.restoration, name="restoration"),
    path("tags/", bulk.tags_of, name="tags_of"),
    path("notes/", contacts.notes, name="notes"),
    path("notes/<int:note>/", contacts.note, name="note"),
    path("notes/<int:note>/deletion/", contacts.note_deletion, name="note_deletion"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/<int:contact>/", contacts.contact, name="contact"),
    path("contacts/<int:contact>/deletion/", contacts.contact_deletion, name="contact_deletion"),
    path("emails/", contacts.emails, name="emails"),
    path("emails/<int:email>/deletion/", contacts.email_deletion, name="email_deletion"),
    path("addresses/", contacts.addresses, name="addresses"),
    path("addresses/<int:address>/deletion/", contacts.address_deletion, name="address_deletion"),
    path("files/", files.files, name="files"),
    path("files/<int:file>/", files.file, name="file"),
    path("field-files/<str:key>/", own_fields.file, name="field_file"),
    path("files/<int:file>/deletion/", files.file_deletion, name="file_deletion"),
]
_consents = [
    path("consents/", consents.ledger, name="consents"),
    path("consents/new/", consents.new, name="consent_new"),
    path("consents/proof/", consents.proof, name="consents_proof"),
]
_topics = [
    path("", consents.topics, name="topics"),
    path("<int:pk>/", consents.topic, name="topic"),
    path("<int:pk>/retirement/", consents.topic_retirement, name="topic_retirement"),
    path("<int:pk>/place/", consents.topic_place, name="topic_place"),
    path("<int:pk>/consents/", consents.topic_consents, name="topic_consents"),
    path("<int:pk>/proof/", consents.topic_proof, name="topic_proof"),
]
_settings = [
    path("member-types/", settings.types, name="types"),
    path("member-types/new/", settings.type_new, name="type_new"),
    path("member-types/number-example/", settings.number_example, name="number_example"),
    path("member-types/<int:pk>/", settings.type_edit, name="type"),
    path("member-types/<int:pk>/retirement/", settings.type_retirement, name="type_retirement"),
    path("member-types/<int:pk>/place/", settings.type_place, name="type_place"),
    path("leave-reasons/", settings.reasons, name="reasons"),
    path("leave-reasons/<int:pk>/", settings.reason, name="reason"),
    path(
        "leave-reasons/<int:pk>/retirement/", settings.reason_retirement, name="reason_retirement"
    ),
    path("leave-reasons/<int:pk>/place/", settings.reason_place, name="reason_place"),
    path("tags/", settings.tags, name="tags"),
    path("tags/<int:pk>/", settings.tag, name="tag"),
    path("tags/<int:pk>/deletion/", settings.tag_deletion, name="tag_deletion"),
    path("member-fields/", own_fields.fields, name="fields"),
    path("member-fields/new/", own_fields.field_new, name="field_new"),
    path("member-fields/<int:pk>/", own_fields.field_edit, name="field"),
    path("member-fields/<int:pk>/retirement/", own_fields.retirement, name="field_retirement"),
    path("roles/<int:pk>/fields/", field_rights.rights, name="role_fields"),
    path("member-fields/order/", own_fields.order, name="field_order"),
    path("member-fields/section/", own_fields.section, name="field_section"),
    path("member-fields/<int:pk>/deletion/", own_fields.deletion, name="field_deletion"),
    path("member-fields/<int:pk>/restoration/", own_fields.restoration, name="field_restoration"),
]

_portal = [
    path("preferences/", preferences.own, name="own_preferences"),
    path("preferences/<str:word>/", preferences.preferences, name="preferences"),
    path("unsubscribe/<str:word>/", preferences.unsubscribe, name="unsubscribe"),
    path("confirm/<str:word>/", preferences.confirm, name="confirm_consent"),
]

urlpatterns = [
    path("mail/", include(_portal)),
    path("office/members/", include(_roll)),
    path("office/members/<int:pk>/", include(_member)),
    path("office/members/<int:pk>/", include(_consents)),
    path("office/settings/topics/", include(_topics)),
    path("office/settings/", include(_settings)),
    path("", include("enishi.members.urls_imports")),
    path("", include("enishi.members.urls_duplicates")),
    path("", include("enishi.members.urls_labels")),
    path("", include("enishi.members.urls_relations")),
    path("", include("enishi.members.urls_tasks")),
]
