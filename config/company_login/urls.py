"""Included by allauth below /accounts/, under the names it knows a provider's pages by."""

from django.urls import path

from config.company_login import views

urlpatterns = [
    path("oidc/<slug:provider_id>/login/", views.begin, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", views.come_back, name="openid_connect_callback"),
]
