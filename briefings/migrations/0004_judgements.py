"""Reasons for changed judgements; printed likelihoods and what became of them, which the database keeps as they are."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


FORWARDS = """
CREATE FUNCTION briefings_refuse_other_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was printed, and what was said of it, stays on record'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER statement_kept BEFORE UPDATE OR DELETE ON briefings_statement
    FOR EACH ROW EXECUTE FUNCTION briefings_refuse_other_record();
CREATE TRIGGER resolution_kept BEFORE UPDATE OR DELETE ON briefings_resolution
    FOR EACH ROW EXECUTE FUNCTION briefings_refuse_other_record();

CREATE FUNCTION briefings_refuse_own_resolution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM briefings_statement s
        JOIN briefings_participation p ON p.edition_id = s.edition_id
        WHERE s.id = NEW.statement_id AND p.user_id = NEW.by_id AND p.part = 'wrote'
    ) THEN
        RAISE EXCEPTION 'nobody says of their own words whether they came true'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER resolution_by_another BEFORE INSERT ON briefings_resolution
    FOR EACH ROW EXECUTE FUNCTION briefings_refuse_own_resolution();
"""

BACKWARDS = """
DROP TRIGGER resolution_by_another ON briefings_resolution;
DROP TRIGGER resolution_kept ON briefings_resolution;
DROP TRIGGER statement_kept ON briefings_statement;
DROP FUNCTION briefings_refuse_own_resolution();
DROP FUNCTION briefings_refuse_other_record();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('briefings', '0006_triggers_and_dates'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='edition',
            name='horizon',
            field=models.DateField(blank=True, help_text='Until when the likelihood speaks.', null=True, verbose_name='horizon'),
        ),
        migrations.AddField(
            model_name='edition',
            name='level_reason',
            field=models.TextField(blank=True, verbose_name='why the level changed'),
        ),
        migrations.AddField(
            model_name='edition',
            name='likelihood_reason',
            field=models.TextField(blank=True, verbose_name='why the likelihood changed'),
        ),
        migrations.AddField(
            model_name='edition',
            name='resolution_rule',
            field=models.TextField(blank=True, help_text='What must be reported, and by whom, for it to have come true.', verbose_name='comes true if'),
        ),
        migrations.AddField(
            model_name='edition',
            name='trend_reason',
            field=models.TextField(blank=True, verbose_name='why the trend changed'),
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(verbose_name='statement')),
                ('term', models.PositiveSmallIntegerField(help_text='place in the scale of ICD 203, 0 to 6', verbose_name='term')),
                ('confidence', models.TextField(blank=True, verbose_name='confidence')),
                ('horizon', models.DateField(verbose_name='horizon')),
                ('review_date', models.DateField(verbose_name='due')),
                ('rule', models.TextField(verbose_name='comes true if')),
                ('recorded_at', models.DateTimeField()),
                ('edition', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='statement', to='briefings.edition')),
            ],
            options={
                'verbose_name': 'likelihood statement',
                'verbose_name_plural': 'likelihood statements',
            },
        ),
        migrations.CreateModel(
            name='Resolution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('true', 'came true'), ('false', 'did not come true'), ('unknown', 'cannot be resolved')], max_length=8, verbose_name='outcome')),
                ('reason', models.CharField(max_length=500, verbose_name='why')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resolutions', to='briefings.statement')),
            ],
            options={
                'verbose_name': 'resolution',
                'verbose_name_plural': 'resolutions',
            },
        ),
        migrations.AddIndex(
            model_name='statement',
            index=models.Index(fields=['review_date'], name='statement_by_due'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(('term__lte', 6)), name='statement_term'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(('review_date__gt', models.F('horizon'))), name='statement_due_after_horizon'),
        ),
        migrations.AddIndex(
            model_name='resolution',
            index=models.Index(fields=['statement', '-at'], name='resolution_last'),
        ),
        migrations.AddConstraint(
            model_name='resolution',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='resolution_says_why'),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
