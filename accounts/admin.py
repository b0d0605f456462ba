"""People on the desk: administrators invite them and give them roles. Django's own log of changes is the audit.

Nobody is deleted, since signatures refer to people: an account is switched off instead, which also ends its sessions.
"""

from __future__ import annotations

from typing import cast

from allauth.account import admin as _allauth_admin  # noqa: F401 - registers EmailAddress before we take it off
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as _django_auth_admin  # noqa: F401 - registers Group before we take it off
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import invite, roles
from accounts.models import User
from accounts.roles import Role

_ROLES = (
    (Role.READER.value, _("reader")),
    (Role.CURATOR.value, _("curator")),
    (Role.EDITOR.value, _("editor")),
    (roles.ADMINISTRATOR, _("administrator")),
)


class PersonForm(forms.ModelForm[User]):
    """What an administrator may change of a person."""

    role = forms.ChoiceField(label=_("Role"), choices=_ROLES)

    class Meta:
        model = User
        fields = ("display_name", "is_active")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if self.instance.pk:
            self.initial["role"] = roles.role_of(self.instance)

    def chosen_role(self) -> Role | None:
        name = self.cleaned_data["role"]
        return None if name == roles.ADMINISTRATOR else Role(name)


class InvitationForm(PersonForm):
    """A new person: an address, a name, a role."""

    class Meta(PersonForm.Meta):
        fields = ("email", "display_name")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(_("Somebody with this address has an account."))
        return email


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    form = PersonForm
    list_display = ("email", "display_name", "role", "is_active", "has_password", "last_login")
    list_filter = ("is_active", "groups", "is_superuser")
    search_fields = ("email", "display_name")
    ordering = ("email",)
    actions = ("send_link_again",)

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: object
    ) -> type[forms.ModelForm[User]]:
        if not change:
            kwargs["form"] = InvitationForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return (
            ("email", "display_name", "role", "is_active", "last_login") if obj else ("email", "display_name", "role")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        # Nobody takes their own key away: one administrator always remains.
        return ("email", "last_login", *(("role", "is_active") if obj.pk == request.user.pk else ()))

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm[User], change: bool) -> None:
        by, person = cast(User, request.user), cast(PersonForm, form)
        if change:
            obj.save(update_fields=["display_name", "is_active"])
            if "role" in form.cleaned_data:
                roles.assign(obj, person.chosen_role())
            return
        made = invite.make_user(obj.email, role=person.chosen_role(), display_name=obj.display_name)
        obj.pk, obj._state.adding = made.pk, False
        self._send(request, made, by=by)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    @admin.display(description=_("role"))
    def role(self, user: User) -> str:
        return str(dict(_ROLES).get(roles.role_of(user), "–"))

    @admin.display(description=_("has set a password"), boolean=True)
    def has_password(self, user: User) -> bool:
        return user.has_usable_password()

    @admin.action(description=_("Send the link to set a password"), permissions=["change"])
    def send_link_again(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset.filter(is_active=True):
            self._send(request, user, by=cast(User, request.user))

    def _send(self, request: HttpRequest, user: User, *, by: User) -> None:
        try:
            invite.send_link(user, by=by)
        except invite.NotSent:
            text = _(
                "The account of %(email)s stands, but the mail server did not take the mail. Send the link again later."
            )
            self.message_user(request, text % {"email": user.email}, messages.WARNING)
        else:
            self.message_user(
                request, _("A mail with the link to set a password went to %(email)s.") % {"email": user.email}
            )


admin.site.unregister(Group)  # roles are code (accounts.roles), not rows to edit by hand
admin.site.unregister(EmailAddress)  # an address is proved by its owner, never ticked as proved
