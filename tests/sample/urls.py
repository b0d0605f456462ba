"""The site's addresses with the demo's, which the test settings leave out."""

from django.urls import include, path

urlpatterns = [path("demo/", include("sample.urls")), path("", include("curator.urls"))]
