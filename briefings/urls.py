"""Addresses of the public pages. An edition's id is the same here as everywhere: ``SDN-2026-09-14-v1``."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from briefings import feeds, record_views, views


class SituationCode(StringConverter):
    """The code of a situation; capitals, so that no page of the site is mistaken for one."""

    regex = "[A-Z]{2,8}"


class LanguageTag(StringConverter):
    """A language, as in the ids of editions (BCP 47)."""

    regex = "[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"


register_converter(SituationCode, "situation_code")
register_converter(LanguageTag, "language")

app_name = "briefings"
urlpatterns = [
    path("edition/<str:edition_id>/", views.edition, name="edition"),
    path("", views.front, name="front"),
    path("method/", views.method, name="method"),
    path("corrections/", record_views.corrections, name="corrections"),
    path("came-true/", record_views.words, name="words"),
    path("<situation_code:code>/corrections/", record_views.corrections, name="corrections"),
    path("<situation_code:code>/judgements/", record_views.judgements, name="judgements"),
    path("<situation_code:code>/came-true/", record_views.words, name="words"),
    path("<situation_code:code>/", views.situation, name="situation"),
    path("<situation_code:code>/archive/", views.archive, name="archive"),
    path("<situation_code:code>/compare/", views.compare, name="compare"),
    path("<situation_code:code>/<language:language>.atom", feeds.atom, name="atom"),
    path("<situation_code:code>/<language:language>.json", feeds.json_feed, name="json_feed"),
    path("schema/<str:name>", feeds.schema, name="schema"),
    path("edition/<str:edition_id>/source/<int:number>/", views.passage, name="passage"),
    path("edition/<str:edition_id>/standing.json", record_views.standing, name="standing"),
    path("edition/<str:edition_id>/<str:name>", views.artefact, name="artefact"),
]
