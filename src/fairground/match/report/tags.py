"""Template tags of the report: `{% say "中文" "English" %}` prints a fixed phrase in both languages."""

from django.template.base import Parser, TextNode, Token
from django.template.exceptions import TemplateSyntaxError
from django.template.library import Library

from fairground.match.report.markup import both

register = Library()


@register.tag
def say(parser: Parser, token: Token) -> TextNode:
    """Compile two quoted phrases to plain text: nothing is left to do when the page is rendered."""
    words = token.split_contents()[1:]
    if len(words) != 2 or any(word[0] != word[-1] or word[0] not in "\"'" for word in words):
        raise TemplateSyntaxError('say takes two quoted phrases: {% say "中文" "English" %}')
    return TextNode(both(words[0][1:-1], words[1][1:-1]))
