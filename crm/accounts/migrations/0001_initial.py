import crm.accounts.managers
import crm.accounts.models
import crm.core.money
import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("accounts", "0002_api_tokens"),
        ("accounts", "0003_say_on_which_day_an_entity_stands"),
        ("accounts", "0004_stale_after_days"),
        ("accounts", "0005_precautions"),
        ("accounts", "0007_name_fields"),
        ("accounts", "0008_first_account_is_an_administrator"),
        ("accounts", "0009_no_half_of_a_password_in_the_journal"),
    ]
    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]
    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('role', models.CharField(choices=[('administrator', 'administrator'), ('supervisor', 'supervisor'), ('collector', 'collector'), ('field_agent', 'field agent'), ('integrator', 'integrator'), ('auditor', 'auditor (read only)')], default='collector', max_length=20, verbose_name='role')),
                ('language', models.CharField(default='fr', max_length=10, verbose_name='language')),
                ('theme', models.CharField(choices=[('auto', 'as the system'), ('light', 'light'), ('dark', 'dark')], default='auto', max_length=10, verbose_name='theme')),
                ('capacity', models.PositiveSmallIntegerField(default=60, help_text="Beyond it, new tasks stay in the team's unassigned list.", verbose_name='tasks a day')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'abstract': False,
            },
            managers=[
                ('objects', crm.accounts.managers.AccountManager()),
            ],
        ),
        migrations.CreateModel(
            name='Entity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=20, unique=True, verbose_name='code')),
                ('legal_name', models.CharField(max_length=200, verbose_name='legal name')),
                ('siren', models.CharField(blank=True, max_length=9, verbose_name='SIREN')),
                ('vat_number', models.CharField(blank=True, max_length=20, verbose_name='VAT number')),
                ('street', models.TextField(blank=True, verbose_name='street')),
                ('postcode', models.CharField(blank=True, max_length=12, verbose_name='postcode')),
                ('city', models.CharField(blank=True, max_length=80, verbose_name='city')),
                ('country', models.CharField(default='FR', max_length=2, verbose_name='country')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='phone')),
                ('iban', models.CharField(blank=True, max_length=34, verbose_name='IBAN')),
                ('bic', models.CharField(blank=True, max_length=11, verbose_name='BIC')),
                ('currency', crm.core.money.CurrencyField(default='EUR', max_length=3, verbose_name='currency')),
                ('time_zone', models.CharField(default='Europe/Paris', max_length=50, verbose_name='time zone')),
                ('language', models.CharField(default='fr', max_length=10, verbose_name='language')),
                ('jurisdiction', models.CharField(default='FR', max_length=10, verbose_name='jurisdiction')),
                ('sender_email', models.EmailField(blank=True, max_length=254, verbose_name='sender address')),
                ('sender_name', models.CharField(blank=True, max_length=120, verbose_name='sender name')),
                ('logo', models.FileField(blank=True, upload_to='logos/', validators=[django.core.validators.FileExtensionValidator(['png', 'jpg', 'jpeg', 'svg'])], verbose_name='logo')),
                ('collects_for_others', models.BooleanField(default=False, verbose_name='collects for others')),
                ('live_since', models.DateField(blank=True, help_text='Empty: nothing leaves automatically.', null=True, verbose_name='live since')),
                ('night_at', models.TimeField(default='04:00', verbose_name='night run at')),
                ('working_days', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=crm.accounts.models.monday_to_friday, size=None, verbose_name='working days')),
                ('default_terms_days', models.PositiveSmallIntegerField(default=30, help_text='Proposed when a file brings no due date.', verbose_name='payment terms (days)')),
                ('late_rate_percent', models.DecimalField(blank=True, decimal_places=3, help_text='Percent a year; empty = the legal default.', max_digits=6, null=True, verbose_name='contractual late rate')),
                ('closing_share_percent', models.PositiveSmallIntegerField(default=20, help_text='A snapshot that would close more than this share waits for a confirmation.', verbose_name='closing limit of a snapshot')),
                ('track_opens', models.BooleanField(default=False, verbose_name='track opens')),
                ('track_clicks', models.BooleanField(default=False, verbose_name='track clicks')),
                ('stands_on', models.DateField(blank=True, editable=False, help_text='A demonstration on a file of the past: the day that counts as today. Empty: the calendar.', null=True, verbose_name='stands on')),
                ('stale_after_days', models.PositiveSmallIntegerField(blank=True, help_text='Without an import for longer than that, nothing leaves automatically: who has paid since would be reminded. Empty: not checked, because only you know how often your books come in.', null=True, verbose_name='books are stale after (days)')),
                ('max_emails_a_day', models.PositiveIntegerField(blank=True, null=True, verbose_name='e-mails a day, at most')),
                ('max_letters_a_day', models.PositiveIntegerField(blank=True, null=True, verbose_name='letters a day, at most')),
                ('max_texts_a_day', models.PositiveIntegerField(blank=True, null=True, verbose_name='text messages a day, at most')),
                ('rehearsing_since', models.DateField(blank=True, editable=False, help_text="Everything is decided and nothing leaves, unless the customer's group is live.", null=True, verbose_name='in rehearsal since')),
                ('training', models.BooleanField(db_default=False, default=False, editable=False, help_text='Made up, reset by a button; nothing ever leaves from it.', verbose_name='training entity')),
            ],
            options={
                'verbose_name': 'entity',
                'verbose_name_plural': 'entities',
                'permissions': [('see_entity', 'sees all customers of the entity')],
                'constraints': [models.CheckConstraint(condition=models.Q(('collects_for_others', False), ('live_since__isnull', True), _connector='OR'), name='accounts_entity_third_party_not_live', violation_error_message='An entity that collects for others cannot go live yet: the written mandate and the first letter required by articles R124-3 and R124-4 CPCE are not managed.')],
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='teams', to='accounts.entity', verbose_name='entity')),
                ('supervisor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='supervised_teams', to=settings.AUTH_USER_MODEL, verbose_name='supervisor')),
            ],
            options={
                'verbose_name': 'team',
                'verbose_name_plural': 'teams',
                'permissions': [('see_team', 'sees the customers of the team')],
                'constraints': [models.UniqueConstraint(fields=('entity', 'name'), name='accounts_team_name')],
            },
        ),
        migrations.CreateModel(
            name='TeamMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='accounts.team')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'team member',
                'verbose_name_plural': 'team members',
                'constraints': [models.UniqueConstraint(fields=('team', 'user'), name='accounts_member_once')],
            },
        ),
        migrations.AddField(
            model_name='team',
            name='members',
            field=models.ManyToManyField(related_name='teams', through='accounts.TeamMember', to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(verbose_name='until (included)')),
                ('replacement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='replacement')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='absences', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'absence',
                'verbose_name_plural': 'absences',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='accounts_absence_in_order', violation_error_message='An absence ends on or after the day it starts.'),
                    models.CheckConstraint(condition=models.Q(('replacement__isnull', True), models.Q(('replacement', models.F('user')), _negated=True), _connector='OR'), name='accounts_absence_other_person', violation_error_message='Nobody replaces himself.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='EntityClosure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='date')),
                ('label', models.CharField(blank=True, max_length=120, verbose_name='label')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closures', to='accounts.entity')),
            ],
            options={
                'verbose_name': 'closing day',
                'verbose_name_plural': 'closing days',
                'constraints': [models.UniqueConstraint(fields=('entity', 'on'), name='accounts_closure_once')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='What uses it, for example “ERP night export”.', max_length=80, verbose_name='name')),
                ('version', models.CharField(choices=[('v1', 'v1')], default='v1', max_length=5, verbose_name='version of the API')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('hint', models.CharField(editable=False, max_length=12, verbose_name='starts with')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='created at')),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name='valid until (included)')),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='revoked at')),
                ('last_used_on', models.DateField(blank=True, editable=False, null=True, verbose_name='last used on')),
                ('entity', models.ForeignKey(blank=True, help_text='Empty: every entity the user may see.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.entity', verbose_name='limited to the entity')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'API token',
                'verbose_name_plural': 'API tokens',
            },
        ),
    ]
