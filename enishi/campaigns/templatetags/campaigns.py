"""What templates of campaigns need."""

from django import template

from enishi.campaigns.body.fields import readable

register = template.Library()
register.filter("readable", readable)
