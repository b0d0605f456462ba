"""Addresses of the demo."""

from __future__ import annotations

from django.urls import path

from sample import views

app_name = "demo"
urlpatterns = [
    path("mail/", views.mail_list, name="mail"),
    path("mail/<int:number>/", views.mail, name="message"),
    path("mail/<int:number>/html/", views.mail_html, name="message_html"),
    path("mail/<int:number>/attachment/<int:attachment>/", views.mail_attachment, name="attachment"),
]
