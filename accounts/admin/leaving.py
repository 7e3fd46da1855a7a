"""The pages of a colleague who leaves: the end of their access, and what they did before."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts.choices import MembershipStatus
from accounts.models import Membership, User
from accounts.pages import shown_proof
from accounts.selectors.access_reports import access_report
from accounts.selectors.leaving import EndPlan, end_plan, followers_of
from accounts.selectors.second_factors import factor_state
from accounts.services.access_ends import END, EndedAccess, access_end
from accounts.services.access_reports import REPORT, access_report_export
from accounts.services.fresh_proofs import identity_prove
from ispplatform.core.admin.acts import blame
from ispplatform.core.admin.dressing import dressed
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage, StaffPage
from ispplatform.core.errors import PlatformError

FOLLOWER = "follower_"


class EndForm(forms.Form):
    """Who takes over, and why the access ends."""

    def __init__(self, *args: Any, plan: EndPlan, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(str(one.pk), f"{one.get_full_name()} <{one.email}>") for one in people]
        if any(line.count for line in plan.work):
            self.fields["work_to"] = forms.ChoiceField(
                label=_("Who looks after it from now on"),
                choices=[("", _("Nobody yet: put it back for everybody")), *names],
                required=False,
            )
        for row in plan.integrations:
            others = {row.responsible_id, row.deputy_id}
            self.fields[f"{FOLLOWER}{row.pk}"] = forms.ChoiceField(
                label=gettext("Answers for %(name)s instead") % {"name": row.name},
                choices=[
                    ("", _("Nobody yet: it waits under Needs a person")),
                    *(pair for pair in names if UUID(pair[0]) not in others),
                ],
                required=False,
            )
        self.fields["reason"] = forms.CharField(
            label=_("Reason"),
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("Kept in the audit trail."),
        )

    def chosen(self) -> dict[str, Any]:
        """Return what the form says, as ``access_end`` takes it."""
        values = self.cleaned_data
        followers = {
            UUID(name.removeprefix(FOLLOWER)): UUID(value)
            for name, value in values.items()
            if name.startswith(FOLLOWER) and value
        }
        work_to = values.get("work_to")
        return {
            "reason": values["reason"],
            "work_to": UUID(work_to) if work_to else None,
            "followers": followers,
        }


class ColleaguePage(StaffPage):
    """The base of pages about one colleague."""

    def colleague(self) -> Membership:
        """Return the colleague whom the address names.

        Raises:
            Http404: nobody of this company.
        """
        rows = Membership.objects.select_related("user")
        found = rows.filter(pk=self.kwargs["membership_id"]).first()
        if found is None:
            raise Http404
        return found


class EndAccessPage(ColleaguePage):
    """Shows what will end and who could take over, asks for the password, and ends it."""

    title = _("End access")
    template_name = "accounts/admin/end_access.html"
    permission = END
    manage_permission = END

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.colleague()
        if row.status == MembershipStatus.ENDED:
            messages.warning(request, gettext("This access has ended before."))
            return HttpResponseRedirect(_page_of(row))
        return self._asked(request, row, None)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.colleague()
        if row.status == MembershipStatus.ENDED:
            messages.warning(request, gettext("This access has ended before."))
            return HttpResponseRedirect(_page_of(row))
        plan = end_plan(row)
        form = self._form(row, plan, request.POST)
        if form.is_valid():
            try:
                identity_prove(
                    actor=self.actor,
                    tenant=self.request.tenant,
                    user=self._person(),
                    **shown_proof(request),
                )
                done = access_end(actor=self.actor, membership=row, **form.chosen())
            except PlatformError as error:
                blame(form, error)
            else:
                messages.success(request, _told(done))
                return HttpResponseRedirect(_page_of(row))
        return self._asked(request, row, form, plan)

    def _asked(
        self,
        request: HttpRequest,
        row: Membership,
        form: EndForm | None,
        plan: EndPlan | None = None,
    ) -> HttpResponse:
        plan = plan or end_plan(row)
        told = {
            "row": row,
            "row_url": _page_of(row),
            "plan": plan,
            "form": form or self._form(row, plan, None),
            "state": factor_state(self._person().pk),
            "report": access_report(row.user_id) if self.actor.can(REPORT) else None,
            "report_url": reverse("admin:access_report", args=[row.pk]),
        }
        return self.shown(request, told)

    def _form(self, row: Membership, plan: EndPlan, sent: Any) -> EndForm:
        return dressed(EndForm(sent, plan=plan, people=list(followers_of(row.user_id))))

    def _person(self) -> User:
        return User.objects.get(pk=self.request.session_entry.user_id)


class AccessReportPage(ColleaguePage):
    """What a colleague exported, refunded, entered, saw and made in the last 90 days."""

    title = _("The last 90 days")
    template_name = "accounts/admin/access_report.html"
    permission = REPORT

    def content(self, request: HttpRequest) -> dict[str, Any]:
        row = self.colleague()
        return {"row": row, "row_url": _page_of(row), "report": access_report(row.user_id)}


class AccessReportFile(ColleaguePage):
    """The same, whole, as a file."""

    permission = REPORT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = access_report_export(actor=self.actor, membership=self.colleague())
        return HttpResponse(
            text,
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": 'attachment; filename="access-report.csv"',
                "Cache-Control": "no-store",
            },
        )


def _page_of(row: Membership) -> str:
    return reverse("admin:accounts_membership_change", args=[row.pk])


def _told(done: EndedAccess) -> str:
    sentence = gettext(
        "The access has ended: %(log_ins)d log-ins, %(roles)d roles, %(work)d matters and customers"
        " handed over."
    ) % {
        "log_ins": done.log_ins,
        "roles": len(done.roles),
        "work": sum(done.work.values()),
    }
    if not done.integrations_left:
        return sentence
    left = gettext("%(count)d integrations wait for a second person under Needs a person.")
    return f"{sentence} {left % {'count': done.integrations_left}}"


ADMIN_PAGES.fill(
    AdminPage(
        key="end_access",
        path="colleagues/<uuid:membership_id>/end-access/",
        view=sensitive_post_parameters()(EndAccessPage.as_view()),
    )
)
ADMIN_PAGES.fill(
    AdminPage(
        key="access_report",
        path="colleagues/<uuid:membership_id>/report/",
        view=AccessReportPage.as_view(),
    )
)
ADMIN_PAGES.fill(
    AdminPage(
        key="access_report_file",
        path="colleagues/<uuid:membership_id>/report/file/",
        view=AccessReportFile.as_view(),
    )
)
