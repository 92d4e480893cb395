import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("segments", "0003_rehearsal_of_a_group"),
        ("segments", "0004_numbers_in_blocks"),
        ("segments", "0005_when_a_membership_may_turn"),
        ("segments", "0006_turning_found_by_reading"),
        ("segments", "0007_one_group_at_a_time_again"),
        ("segments", "0008_room_on_each_page"),
    ]
    dependencies = [
        ('accounts', '0001_initial'),
        ('customers', '0001_initial'),
        ('scenarios', '0001_initial'),
    ]
    operations = [
        migrations.CreateModel(
            name='Group',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('priority', models.PositiveSmallIntegerField(help_text='1 is tried first.', verbose_name='priority')),
                ('criteria', models.JSONField(blank=True, default=dict, verbose_name='criteria')),
                ('is_default', models.BooleanField(default=False, verbose_name='default group')),
                ('archived', models.BooleanField(default=False, verbose_name='archived')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='groups', to='accounts.entity', verbose_name='entity')),
                ('scenario', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='groups', to='scenarios.scenario', verbose_name='scenario')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='groups', to='accounts.team', verbose_name='team')),
                ('rehearsal', models.CharField(choices=[('', 'as the entity'), ('live', 'live'), ('rehearsing', 'in rehearsal')], db_default='', default='', editable=False, max_length=10, verbose_name='rehearsal')),
            ],
            options={
                'verbose_name': 'group',
                'verbose_name_plural': 'groups',
                'constraints': [
                    models.UniqueConstraint(fields=('entity', 'code'), name='segments_group_code', violation_error_message='A group with this code already exists in the entity.'),
                    models.UniqueConstraint(condition=models.Q(('archived', False)), fields=('entity', 'priority'), name='segments_group_priority', violation_error_message='Two groups of an entity never share a priority.'),
                    models.UniqueConstraint(condition=models.Q(('archived', False), ('is_default', True)), fields=('entity',), name='segments_one_default', violation_error_message='An entity has one default group.'),
                    models.CheckConstraint(condition=models.Q(('rehearsal__in', ('', 'live', 'rehearsing'))), name='segments_group_rehearsal'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('pk', models.CompositePrimaryKey('customer_id', 'from_on', blank=True, editable=False, primary_key=True, serialize=False)),
                ('from_on', models.DateField(verbose_name='from')),
                ('to_on', models.DateField(blank=True, null=True, verbose_name='until (excluded)')),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='customers.customer')),
                ('entity', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.entity')),
                ('group', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='segments.group')),
                ('turns_on', models.DateField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'membership',
                'verbose_name_plural': 'memberships',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('to_on__isnull', True), ('to_on__gt', models.F('from_on')), _connector='OR'), name='segments_membership_in_order'),
                    models.UniqueConstraint(condition=models.Q(('to_on__isnull', True)), fields=('customer',), include=('group',), name='segments_one_group_at_a_time'),
                ],
            },
        ),
    ]
