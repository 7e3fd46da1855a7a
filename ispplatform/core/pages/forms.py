"""Forms as the house writes them: ``{{ form }}`` and ``{{ form.email.as_field_group }}``."""

from django.forms.renderers import TemplatesSetting


class HouseRenderer(TemplatesSetting):
    """Django's form renderer with the components of the design system."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
    formset_template_name = "components/formset.html"
