"""Attacks as data: what must not happen (`*.yaml`, a file for each kind), tried one by one on both databases.

An entry of a list is one attack, or with `each` one for every combination of the values there:

    id       a sentence, in which {name} stands for a value of `each`
    who      a person of the stage (stage.py), or nobody
    each     {name: [values], name: {label: value}}; labels stand in the id, values everywhere else
    get, post, put, ...   the address; {idea_waiting} and the like are things of the stage
    query, form, json, headers, files, body, type     what goes with it; files and bodies have names (bodies.py)
    also     more fields of the form, or others in their place
    token    of the form: "none", "of bo", or a text; the person's own where nothing is said
    at       another moment than the stage's, by its name; from: another network address
    steps    several requests instead of one, each by `by` or by who; {location}, {number}, {item} and
             {newest_photo} then stand for where the last answer led, the number in it, and the newest rows;
             `settle` lets decisions take effect, `repeat` and `parallel` send the same several times
    expect   "refused" (4xx), "asked to sign in", "turned away" (either), "taken" (below 400), "led away", or statuses
    never    texts that must not be in the answers; shows: texts that must be in the last one
    header   {name: pattern} of the last answer; an empty pattern: it has no such header
    changes  tables that may change, or "any"; without it no row of any table may be another afterwards
    more     {table: how many rows more than before}
    why      the weakness

Of every answer, whatever was asked, it is also made sure that it is no 5xx, that a refusal says something, in the
language of its address, that it carries the headers of headers.py, that no redirection leaves the house, that nothing
in it became markup that ours is not, and that a page that is the same for all holds no cookie.
"""
