"""Addresses of the public pages. An edition's id is the same here as everywhere: ``SDN-2026-09-14-v1``."""

from __future__ import annotations

from django.urls import path, register_converter

from briefings import views


class SituationCode:
    """The code of a situation; capitals, so that no page of the site is mistaken for one."""

    regex = "[A-Z]{2,8}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SituationCode, "situation_code")

app_name = "briefings"
urlpatterns = [
    path("", views.front, name="front"),
    path("method/", views.method, name="method"),
    path("<situation_code:code>/", views.situation, name="situation"),
    path("<situation_code:code>/archive/", views.archive, name="archive"),
    path("edition/<str:edition_id>/", views.edition, name="edition"),
    path("edition/<str:edition_id>/source/<int:number>/", views.passage, name="passage"),
    path("edition/<str:edition_id>/<str:name>", views.artefact, name="artefact"),
]
