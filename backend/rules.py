"""What may not stand here: why something public is taken down, and the rule behind each reason for not publishing.

Whoever wrote it reads both, as the Digital Services Act asks (article 17).
"""

from __future__ import annotations

from collections.abc import Mapping

from .wording import Wording, say

TAKEN_DOWN: Mapping[str, Wording] = {
    "names_a_person": say("It names a person, or shows one who may not want it."),
    "private_data": say("It holds private details, such as an address or a number."),
    "hate": say("It speaks badly of people for who they are."),
    "advertising": say("It advertises something that is sold."),
    "against_the_law": say("It may break the law."),
    "threatens": say("It threatens somebody, or may put somebody in danger."),
    "not_about_the_area": say("It is not about this area or those who live here."),
}

RULES: Mapping[str, Wording] = {
    "names_a_person": say("Our rule: nobody else is named or shown unless they want it."),
    "private_data": say("Our rule: private details of people are not published."),
    "hate": say("Our rule: nobody is spoken badly of for who they are."),
    "advertising": say("Our rule: nothing is advertised here."),
    "against_the_law": say("Our rule: what the law forbids is not published."),
    "threatens": say("Our rule: nobody is threatened or put in danger."),
    "not_about_the_area": say("Our rule: ideas are about the area and those who live there."),
    "repeats_another": say("Our rule: the same idea stands here once."),
    "off_topic": say("Our rule: comments are about what they stand beneath."),
    "not_understandable": say("Our rule: others can understand what is published."),
}
