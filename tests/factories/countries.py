"""The smallest valid rows of what items are about."""

from __future__ import annotations

import datetime as dt

import factory

from accounts.models import User
from countries.models import FeedScope, Name, NameKind, Situation
from tests.factories.sources import FeedFactory


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person-{n}@desk.example")
    is_staff = True


class SituationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Situation
        django_get_or_create = ("code",)

    code = "CAF"
    name = "Central African Republic"
    iso2 = factory.List(["CF"])
    iso3 = factory.List(["CAF"])
    time_zone = "Africa/Bangui"
    cut_off = dt.time(6)


class FeedScopeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FeedScope

    feed = factory.SubFactory(FeedFactory)
    situation = factory.SubFactory(SituationFactory)


class NameFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Name

    situation = factory.SubFactory(SituationFactory)
    text = "Bangui"
    kind = NameKind.CAPITAL
