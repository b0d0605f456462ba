"""Decisions from before suggesters were named on them name the version whose suggestion they answered."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def name_suggesters(apps, schema_editor):
    suggestions = apps.get_model("countries", "TagSuggestion").objects.filter(pk=OuterRef("suggestion"))
    unnamed = apps.get_model("countries", "Tag").objects.filter(suggester="", suggestion__isnull=False)
    unnamed.update(suggester=Subquery(suggestions.values("version")[:1]))


class Migration(migrations.Migration):
    dependencies = [("countries", "0003_coding")]

    operations = [migrations.RunPython(name_suggesters, migrations.RunPython.noop)]
