"""Sentences marked as judgements, overrides of findings, comments. An override is kept as it was given."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARDS = """
CREATE FUNCTION briefings_refuse_other_override() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'why a finding was let stand stays on record'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER override_kept BEFORE UPDATE OR DELETE ON briefings_override
    FOR EACH ROW EXECUTE FUNCTION briefings_refuse_other_override();
CREATE TRIGGER override_frozen BEFORE INSERT ON briefings_override
    FOR EACH ROW EXECUTE FUNCTION briefings_refuse_part_of_issued();
"""

BACKWARDS = """
DROP TRIGGER override_frozen ON briefings_override;
DROP TRIGGER override_kept ON briefings_override;
DROP FUNCTION briefings_refuse_other_override();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('briefings', '0004_judgements'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='claim',
            name='judgements',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, help_text='sentences of the text, single-spaced, that need no passage; a sentence that changes is a claim again', size=None, verbose_name='judgements among its sentences'),
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('where', models.CharField(max_length=60)),
                ('about', models.TextField(blank=True, verbose_name='text it was made on')),
                ('text', models.TextField(verbose_name='comment')),
                ('at', models.DateTimeField()),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('answers', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='replies', to='briefings.comment')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='briefings.edition')),
                ('resolved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'comment',
                'verbose_name_plural': 'comments',
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='comment_has_words'), models.CheckConstraint(condition=models.Q(models.Q(('resolved_at__isnull', True), ('resolved_by__isnull', True)), models.Q(('answers__isnull', True), ('resolved_at__isnull', False), ('resolved_by__isnull', False)), _connector='OR'), name='comment_resolved_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='Override',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('code', models.CharField(max_length=40)),
                ('where', models.CharField(max_length=60)),
                ('said', models.TextField(help_text='the finding in words, as the person read it', verbose_name='what was found')),
                ('subject', models.TextField(blank=True, verbose_name='text it was given for')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='overrides', to='briefings.edition')),
            ],
            options={
                'verbose_name': 'override',
                'verbose_name_plural': 'overrides',
                'constraints': [models.UniqueConstraint(fields=('edition', 'key'), name='override_once'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='override_has_reason')],
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
