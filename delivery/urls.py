"""Addresses."""

from django.urls import path

from delivery import views

app_name = "delivery"
urlpatterns = [
    path("subscribe/", views.ask, name="subscribe"),
    path("subscribe/asked/", views.asked, name="asked"),
    path("subscribe/confirm/<str:token>/", views.confirm, name="confirm"),
    path("subscription/<str:token>/", views.manage, name="manage"),
    path("leave/<str:token>/", views.leave, name="leave"),
]
