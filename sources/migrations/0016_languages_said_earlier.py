"""What was said of an item's language is kept when it is read anew, whoever writes it."""

from django.db import migrations

_KEEP = """
CREATE FUNCTION sources_keep_language() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO sources_earlierreading (item_id, revision_id, reads, version, said, replaced_at)
  VALUES (
    OLD.id, OLD.current_id, 'language', OLD.language_version,
    jsonb_build_object('language', OLD.language, 'confidence', OLD.language_confidence), now()
  );
  RETURN NULL;
END $$;
CREATE TRIGGER item_keeps_language AFTER UPDATE OF language, language_version ON sources_item FOR EACH ROW
  WHEN (OLD.language_version <> '' AND (OLD.language, OLD.language_version) IS DISTINCT FROM (NEW.language, NEW.language_version))
  EXECUTE FUNCTION sources_keep_language();
"""
_FORGET = """
DROP TRIGGER item_keeps_language ON sources_item;
DROP FUNCTION sources_keep_language();
"""


class Migration(migrations.Migration):
    dependencies = [("sources", "0015_earlier_readings")]

    operations = [migrations.RunSQL(_KEEP, _FORGET)]
