from django import forms
from django.utils.translation import gettext_lazy as _


class AnswerForm(forms.Form):
    text = forms.CharField(label=_("Reply as the recipient"), widget=forms.Textarea(attrs={"rows": 4}))
