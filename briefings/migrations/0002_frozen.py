"""What the database itself holds: an approver is in Participation, and what is published never changes.

The exclusion constraint of Participation says that nobody is in both parts; the foreign key here says that
``approved_by`` is in the part "approved". Together: no edition can carry the approval of somebody who wrote in it.
"""

from django.db import migrations

FORWARDS = """
ALTER TABLE briefings_edition
    ADD CONSTRAINT edition_approver_took_part
    FOREIGN KEY (id, approved_by_id, approver_part)
    REFERENCES briefings_participation (edition_id, user_id, part)
    DEFERRABLE INITIALLY DEFERRED;

CREATE FUNCTION briefings_refuse_change_of_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status NOT IN ('published', 'corrected', 'withdrawn') THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE'
        AND NEW.status IN ('published', 'corrected', 'withdrawn')
        AND (OLD.status = 'published' OR NEW.status = OLD.status)
        -- approver_part is generated, and not yet computed in NEW before an update
        AND to_jsonb(NEW) - 'status' - 'approver_part' = to_jsonb(OLD) - 'status' - 'approver_part'
    THEN
        RETURN NEW;  -- only its standing changed: corrected by a later version, or withdrawn
    END IF;
    RAISE EXCEPTION 'edition % has been issued and cannot be changed', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER edition_frozen BEFORE UPDATE OR DELETE ON briefings_edition
    FOR EACH ROW EXECUTE FUNCTION briefings_refuse_change_of_issued();

CREATE FUNCTION briefings_refuse_part_of_issued() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[] := '{}';
BEGIN
    IF TG_TABLE_NAME = 'briefings_passage' THEN
        IF TG_OP <> 'INSERT' THEN
            touched := touched || ARRAY(SELECT edition_id FROM briefings_claim WHERE id = OLD.claim_id);
        END IF;
        IF TG_OP <> 'DELETE' THEN
            touched := touched || ARRAY(SELECT edition_id FROM briefings_claim WHERE id = NEW.claim_id);
        END IF;
    ELSE
        IF TG_OP <> 'INSERT' THEN
            touched := touched || OLD.edition_id;
        END IF;
        IF TG_OP <> 'DELETE' THEN
            touched := touched || NEW.edition_id;
        END IF;
    END IF;
    -- Waits for a publishing transaction, which holds the row, and then sees what it decided.
    PERFORM 1 FROM briefings_edition WHERE id = ANY (touched) FOR SHARE;
    IF EXISTS (
        SELECT 1 FROM briefings_edition
        WHERE id = ANY (touched) AND status IN ('published', 'corrected', 'withdrawn')
    ) THEN
        RAISE EXCEPTION 'edition % has been issued and cannot be changed', touched
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER claim_frozen BEFORE INSERT OR UPDATE OR DELETE ON briefings_claim
    FOR EACH ROW EXECUTE FUNCTION briefings_refuse_part_of_issued();
CREATE TRIGGER passage_frozen BEFORE INSERT OR UPDATE OR DELETE ON briefings_passage
    FOR EACH ROW EXECUTE FUNCTION briefings_refuse_part_of_issued();
CREATE TRIGGER calendar_frozen BEFORE INSERT OR UPDATE OR DELETE ON briefings_calendardate
    FOR EACH ROW EXECUTE FUNCTION briefings_refuse_part_of_issued();
CREATE FUNCTION briefings_refuse_unwriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'who wrote in an edition stays on record'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER participation_kept BEFORE UPDATE OR DELETE ON briefings_participation
    FOR EACH ROW WHEN (OLD.part = 'wrote') EXECUTE FUNCTION briefings_refuse_unwriting();

CREATE FUNCTION briefings_refuse_other_bytes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the bytes of an issued edition are kept as they were made'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER artefact_kept BEFORE UPDATE OR DELETE ON briefings_artefact
    FOR EACH ROW EXECUTE FUNCTION briefings_refuse_other_bytes();
CREATE TRIGGER covered_frozen BEFORE INSERT OR UPDATE OR DELETE ON briefings_covereditem
    FOR EACH ROW EXECUTE FUNCTION briefings_refuse_part_of_issued();
CREATE TRIGGER participation_frozen BEFORE INSERT OR UPDATE OR DELETE ON briefings_participation
    FOR EACH ROW EXECUTE FUNCTION briefings_refuse_part_of_issued();
"""

BACKWARDS = """
DROP TRIGGER covered_frozen ON briefings_covereditem;
DROP TRIGGER artefact_kept ON briefings_artefact;
DROP FUNCTION briefings_refuse_other_bytes();
DROP TRIGGER participation_kept ON briefings_participation;
DROP FUNCTION briefings_refuse_unwriting();
DROP TRIGGER participation_frozen ON briefings_participation;
DROP TRIGGER calendar_frozen ON briefings_calendardate;
DROP TRIGGER passage_frozen ON briefings_passage;
DROP TRIGGER claim_frozen ON briefings_claim;
DROP TRIGGER edition_frozen ON briefings_edition;
DROP FUNCTION briefings_refuse_part_of_issued();
DROP FUNCTION briefings_refuse_change_of_issued();
ALTER TABLE briefings_edition DROP CONSTRAINT edition_approver_took_part;
"""


class Migration(migrations.Migration):
    dependencies = [("briefings", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
