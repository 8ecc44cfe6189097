"""Who may do what: for every route the answer that each kind of caller gets, about each kind of case.

Numbers are HTTP statuses; `in` is the redirect to the log-in page. Requests that would change something are sent so
that whoever is allowed gets 422 (a word is missing), where that can be.

A route that concerns no case has one line, with a column for each caller. A route that concerns a case has a block: a
line for each case, in the same columns. Routes with equal rights share a line or a block.
"""

from dataclasses import dataclass

WHO = (
    "anybody",  # nobody is logged in
    "own",  # the person who asked: nobody is logged in, and the case is named by its public id
    "other",  # somebody who holds the public id of another case, and names this one by its reference
    "member",  # of the group norrby
    "chair",  # head of the group norrby
    "forum",  # a representative in the forum
    "officer",  # of the department gata
    "elsewhere",  # an officer of the department vatten
    "contact",  # a contact person
    "admin",
    "gone",  # somebody who was an officer of gata and is switched off: with a session and a token of before
)
CASES = {
    "own": "of the group norrby, with gata; not published",
    "others": "of the group soderby, with vatten; not published",
    "published": "as others, published",
    "withdrawn": "as others, published once and taken back",
    "protected": "as others; its reporter has a protected identity",
    "agenda": "as others, and on the forum's open agenda",
}


@dataclass(frozen=True)
class Asked:
    """What a request to the route holds: a form, a JSON body, or nothing (GET). A file goes with `file`."""

    form: tuple[tuple[str, str], ...] = ()
    json: tuple[tuple[str, object], ...] = ()
    file: bool = False


Block = dict[str, str]


def every_case(line: str) -> Block:
    """Return the block of a route that gives each caller the same answer about all cases."""
    return dict.fromkeys(CASES, line)


# fmt: off
# --- routes that concern no case -------------------------------------------------------------------------
#                    any own oth mem cha for off els con adm gone
OPEN =              "200 200 200 200 200 200 200 200 200 200 200"
GONE =              "410 410 410 410 410 410 410 410 410 410 410"
NOTHING =           "404 404 404 404 404 404 404 404 404 404 404"
REFUSED_WORDS =     "422 422 422 422 422 422 422 422 422 422 422"
LOGGED_IN =         "in  in  in  200 200 200 200 200 200 200 in"
AT_THE_DESK_OR_ADMIN = "in  in  in  403 403 403 403 403 200 200 in"
STAFF =             "in  in  in  403 403 403 200 200 200 200 in"
CONTACT =           "in  in  in  403 403 403 403 403 200 403 in"
CONTACT_OR_ADMIN =  "in  in  in  403 403 403 403 403 200 200 in"
AT_THE_TABLE =      "in  in  in  403 403 403 403 403 200 403 in"  # the contact person, and the house's secretary
WRITES_PLANS =      "in  in  in  200 200 403 403 403 200 403 in"  # the group norrby, and the contact person
API =               "200 200 200 200 200 200 200 200 200 200 401"

WITHOUT_A_CASE: dict[str, str] = {
    "GET /": OPEN,
    "GET /sok": OPEN,
    "GET /lamna": OPEN,
    "GET /tillganglighet": OPEN,
    "GET /bygd/<slug>": NOTHING,  # of a department: only groups have one
    "GET /bygd/<slug>.atom": NOTHING,
    "GET /bygd/<slug>.ics": NOTHING,
    "GET /platser/<slug>": OPEN,
    "POST /platser/<slug>":            "in  in  in  403 403 403 403 403 422 422 in",
    "GET /platser/<slug>/<int:number>/avsluta":  "in  in  in  403 403 403 403 403 404 404 in",
    "POST /platser/<slug>/<int:number>/avsluta": "in  in  in  403 403 403 403 403 404 404 in",
    "GET /api/v1/units/<slug>/seats": API,
    "POST /api/v1/units/<slug>/seats": "401 401 401 403 403 403 403 403 422 422 401",
    "POST /api/v1/units/<slug>/seats/<int:number>/ending": "401 401 401 403 403 403 403 403 422 422 401",
    "GET /amne/<slug>": OPEN,
    "GET /amne/<slug>/utskrift": OPEN,
    "GET /amne/<slug>.csv": OPEN,
    "GET /amne/<slug>.xlsx": OPEN,
    "GET /amne/<slug>.geojson": OPEN,
    "GET /amne/<slug>.atom": OPEN,
    "GET /ort/<slug>.atom": OPEN,
    "GET /api/v1/registers/<category>": OPEN,
    "GET /planer": OPEN,
    "GET /planer.csv": OPEN,
    "GET /planer.xlsx": OPEN,
    "GET /statistik": OPEN,
    "GET /statistik.csv": OPEN,
    "GET /statistik.xlsx": OPEN,
    "GET /logga-in": OPEN,
    "GET /logga-in/kod": OPEN,
    "GET /.well-known/security.txt": OPEN,
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "GET /metrics": OPEN,
    "GET /static/<path:filename>": OPEN,
    "GET /api/v1/openapi.json": OPEN,
    "GET /api/v1/cases": API,
    "GET /api/v1/statistics": OPEN,
    "GET /api/v1/units": OPEN,
    "GET /api/v1/places": OPEN,
    "GET /api/v1/categories": OPEN,
    "GET /api/v1/plans": OPEN,
    "GET /api/v1/plans/<slug>": API,
    "POST /api/v1/plans/<slug>/draft":      "401 401 401 201 200 403 403 403 200 403 401",
    "PUT /api/v1/plans/<slug>/draft":       "401 401 401 422 422 403 403 403 422 403 401",
    "POST /api/v1/plans/<slug>/adoption":   "401 401 401 422 422 403 403 403 422 403 401",
    "POST /api/v1/units/<slug>/anchorings": "401 401 401 422 422 403 403 403 422 403 401",
    "GET /api/v1/meetings": OPEN,
    "GET /api/v1/meetings/<int:number>/agenda": API,
    "POST /api/v1/meetings":                               "401 401 401 403 403 403 403 403 422 422 401",
    "PATCH /api/v1/meetings/<int:number>":                 "401 401 401 403 403 403 403 403 422 422 401",
    "POST /api/v1/meetings/<int:number>/cancellation":     "401 401 401 403 403 403 403 403 422 422 401",
    "POST /api/v1/meetings/<int:number>/answers":          "401 401 401 422 422 422 422 422 422 422 401",
    "POST /api/v1/meetings/<int:number>/invitations":      "401 401 401 403 403 403 422 422 422 422 401",
    "PUT /api/v1/meetings/<int:number>/presence":          "401 401 401 403 403 403 403 403 409 403 401",
    "PUT /api/v1/meetings/<int:number>/agenda":            "401 401 401 403 403 403 403 403 422 403 401",
    "POST /api/v1/meetings/<int:number>/agenda/sending":   "401 401 401 403 403 403 422 422 422 422 401",
    "POST /api/v1/meetings/<int:number>/settlings":        "401 401 401 403 403 403 403 403 409 403 401",
    "POST /api/v1/meetings/<int:number>/closing":          "401 401 401 403 403 403 403 403 409 403 401",
    "POST /api/v1/meetings/<int:number>/adjustment":       "401 401 401 403 403 403 403 403 409 403 401",
    "GET /plan/<slug>": OPEN,
    "GET /plan/<slug>.<any(csv, xlsx):form>": OPEN,
    "GET /plan/<slug>/utkast": WRITES_PLANS,
    "GET /plan/<slug>/anta": WRITES_PLANS,
    "GET /plan/<slug>/forankring": WRITES_PLANS,
    "GET /plan/<slug>/gjort/<int:key>":     "in  in  in  404 404 403 403 403 404 403 in",
    "POST /plan/<slug>/gjort/<int:key>":    "in  in  in  404 404 403 403 403 404 403 in",
    "POST /plan/<slug>/utkast":             "in  in  in  409 409 403 403 403 409 403 in",
    "POST /plan/<slug>/anta":               "in  in  in  422 422 403 403 403 422 403 in",
    "POST /plan/<slug>/forankring":         "in  in  in  422 422 403 403 403 422 403 in",
    "POST /plan/<slug>/utkast/borja":       "in  in  in  303 303 403 403 403 303 403 in",
    "POST /lamna": REFUSED_WORDS,
    "POST /api/v1/cases": REFUSED_WORDS,
    "POST /logga-in": OPEN,
    "POST /logga-in/kod": REFUSED_WORDS,
    "GET /logga-in/<token>": GONE,
    "POST /logga-in/<token>": GONE,
    "GET /folj/<token>": GONE,
    "POST /folj/<token>": GONE,
    "GET /sluta-folja/<token>": GONE,
    "POST /sluta-folja/<token>": GONE,
    "POST /demo-login": NOTHING,
    "POST /demo-dag": NOTHING,
    "GET /min-sida":                   "in  in  in  303 303 303 303 303 303 303 in",
    "GET /enhet/<slug>":               "in  in  in  404 404 404 200 200 200 200 in",
    "GET /fortsatt":                   "in  in  in  303 303 303 303 303 303 303 in",
    "GET /konto": LOGGED_IN,
    "GET /konto/borta": LOGGED_IN,
    "POST /konto/borta":               "in  in  in  422 422 422 422 422 422 422 in",
    "POST /konto/tillbaka":            "in  in  in  303 303 303 303 303 303 303 in",
    "GET /utskick": LOGGED_IN,
    "POST /utskick":                   "in  in  in  422 422 422 422 422 422 422 in",
    "GET /utskick/<token>": NOTHING,
    "POST /utskick/<token>": NOTHING,
    "POST /konto/adressen-fungerar":    "in  in  in  303 303 303 303 303 303 303 in",
    "POST /personer/<int:number>/adressen-fungerar": "in  in  in  403 403 403 403 403 303 303 in",
    "GET /personer/<int:number>/automatiskt-svar": "in  in  in  403 403 403 404 404 404 404 in",
    "GET /personer/<int:number>/lamna-over":  "in  in  in  403 403 403 403 403 403 200 in",
    "POST /personer/<int:number>/lamna-over": "in  in  in  403 403 403 403 403 403 422 in",
    "POST /konto/inloggningar/<int:number>/avsluta": "in  in  in  404 404 404 404 404 404 404 in",
    "POST /konto/nycklar/<int:number>/aterkalla":    "in  in  in  404 404 404 404 404 404 404 in",
    "GET /forum": OPEN,
    "POST /konto/kalender":             "in  in  in  303 303 303 303 303 303 303 in",
    "POST /konto/kalender/avsluta":     "in  in  in  303 303 303 303 303 303 303 in",
    "GET /forum.ics": OPEN,
    "GET /kalender/<token>.ics": NOTHING,
    "GET /forum/<int:number>": OPEN,
    "GET /forum/<int:number>/inbjudna":    AT_THE_DESK_OR_ADMIN,
    "GET /forum/<int:number>/andra":       AT_THE_DESK_OR_ADMIN,
    "POST /forum/<int:number>/svar":       "in  in  in  422 422 422 422 422 422 422 in",
    "POST /forum/<int:number>/inbjudna":   "in  in  in  403 403 403 403 403 422 422 in",
    "POST /forum/<int:number>/inbjudna/svar":    "in  in  in  403 403 403 403 403 303 303 in",
    "POST /forum/<int:number>/inbjudna/ta-bort": "in  in  in  403 403 403 403 403 422 422 in",
    "POST /forum/<int:number>/flytta":     "in  in  in  403 403 403 403 403 422 422 in",
    "POST /forum/<int:number>/stall-in":   "in  in  in  403 403 403 403 403 422 422 in",
    "POST /forum/<int:number>/bordet/narvaro":   "in  in  in  403 403 403 403 403 409 403 in",
    "GET /kallelse/<token>": GONE,
    "POST /kallelse/<token>": GONE,
    "GET /svar/<token>": NOTHING,
    "GET /svar/<int:number>": NOTHING,  # to a browser that has not opened the letter
    "POST /svar/<int:number>": NOTHING,
    "POST /svar/<int:number>/visa": NOTHING,
    "POST /svar/<int:number>/slack": NOTHING,
    "GET /forum/<int:number>/dagordning":  AT_THE_TABLE,
    "POST /forum/<int:number>/dagordning": "in  in  in  403 403 403 403 403 409 403 in",
    "GET /forum/<int:number>/skicka":      AT_THE_TABLE,
    "POST /forum/<int:number>/skicka":     "in  in  in  403 403 403 403 403 409 403 in",
    "GET /forum/<int:number>/bordet":      AT_THE_TABLE,
    "GET /forum/<int:number>/justera":     AT_THE_TABLE,
    "POST /forum/<int:number>/bordet/<int:item>": "in  in  in  403 403 403 403 403 422 403 in",
    "POST /forum/<int:number>/bordet/avsluta":    "in  in  in  403 403 403 403 403 409 403 in",
    "POST /forum/<int:number>/justera":           "in  in  in  403 403 403 403 403 409 403 in",
    "GET /protokoll": OPEN,
    "GET /protokoll/<int:number>": NOTHING,  # until the minutes are adjusted
    "GET /skrivbord": STAFF,
    "GET /skrivbord/nasta":            "in  in  in  403 403 403 303 303 303 303 in",
    "GET /arenden": STAFF,
    "GET /arenden.<any(csv, xlsx):form>": STAFF,
    "GET /lamna/flera": STAFF,
    "POST /lamna/flera":               "in  in  in  403 403 403 422 422 422 422 in",
    "GET /bygderna": STAFF,
    "GET /bygderna/<slug>/kontakt": STAFF,
    "POST /bygderna/<slug>/kontakt":   "in  in  in  403 403 403 422 422 422 422 in",
    "POST /api/v1/units/<slug>/contacts": "401 401 401 403 403 403 422 422 422 422 401",
    "GET /ring": CONTACT,
    "POST /ring/<int:number>":         "in  in  in  403 403 403 403 403 404 403 in",
    "POST /ring/<int:number>/angra":   "in  in  in  403 403 403 403 403 404 403 in",
    "GET /inkommet": CONTACT_OR_ADMIN,
    "GET /api/v1/inbound": "401 401 401 403 403 403 403 403 200 200 401",
    "GET /skrivbord/skrappost": CONTACT,
    "POST /skrivbord/skrappost":       "in  in  in  403 403 403 403 403 422 403 in",
    "POST /enhet/<slug>/adressen-fungerar": "in  in  in  403 403 403 403 403 303 403 in",
    "GET /undanlagt": CONTACT_OR_ADMIN,
    "POST /undanlagt/<kind>/<int:number>": "in  in  in  403 403 403 403 403 404 404 in",
    "POST /forum":                     "in  in  in  403 403 403 403 403 422 422 in",
    "GET /brevlada":                   "404 404 404 404 404 404 404 404 404 200 404",
    "GET /brevlada/<name>": NOTHING,
    "GET /brevlada/<name>/html": NOTHING,
}

# --- routes that concern a case --------------------------------------------------------------------------
#                    any own oth mem cha for off els con adm gone
READS = {  # a page by its reference, which opens nothing to the person who asked
    "own":          "in  in  in  200 200 404 200 200 200 200 in",
    "others":       "in  in  in  404 404 404 200 200 200 200 in",
    "published":    "200 in  200 200 200 200 200 200 200 200 200",
    "withdrawn":    "410 in  410 410 410 410 200 200 200 200 410",
    "protected":    "in  in  in  404 404 404 200 200 200 200 in",
    "agenda":       "in  in  in  404 404 200 200 200 200 200 in",
}
PRINTS = {  # as a record, by who takes part; who reads it on an agenda is led to its page
    "own":          "in  in  in  200 200 404 200 200 200 200 in",
    "others":       "in  in  in  404 404 404 200 200 200 200 in",
    "published":    "in  in  in  404 404 404 200 200 200 200 in",
    "withdrawn":    "in  in  in  404 404 404 200 200 200 200 in",
    "protected":    "in  in  in  404 404 404 200 200 200 200 in",
    "agenda":       "in  in  in  404 404 303 200 200 200 200 in",
}
READS_BY_API = {
    "own":          "404 200 404 200 200 404 200 200 200 200 401",
    "others":       "404 200 404 404 404 404 200 200 200 200 401",
    "published":    "200 200 200 200 200 200 200 200 200 200 401",
    "withdrawn":    "404 200 404 404 404 404 200 200 200 200 401",
    "protected":    "404 200 404 404 404 404 200 200 200 200 401",
    "agenda":       "404 200 404 404 404 200 200 200 200 200 401",
}
OPENS_FILES = {
    "own":          "in  in  in  200 200 404 200 200 200 200 in",
    "others":       "in  in  in  404 404 404 200 200 200 200 in",
    "published":    "in  in  in  404 404 404 200 200 200 200 in",
    "withdrawn":    "in  in  in  404 404 404 200 200 200 200 in",
    "protected":    "in  in  in  404 404 404 200 200 200 200 in",
    "agenda":       "in  in  in  404 404 404 200 200 200 200 in",
}
WRITES = {  # a comment or a file; refused for want of words where it is allowed
    "own":          "in  in  in  422 422 404 422 422 422 422 in",
    "others":       "in  in  in  404 404 404 422 422 422 422 in",
    "published":    "in  in  in  404 404 404 422 422 422 422 in",
    "withdrawn":    "in  in  in  404 404 404 422 422 422 422 in",
    "protected":    "in  in  in  404 404 404 422 422 422 422 in",
    "agenda":       "in  in  in  404 404 403 422 422 422 422 in",
}
FINISHES = {  # the unit that has the case, and the desk
    "own":          "in  in  in  403 403 404 422 403 422 403 in",
    "others":       "in  in  in  404 404 404 403 422 422 403 in",
    "published":    "in  in  in  404 404 404 403 422 422 403 in",
    "withdrawn":    "in  in  in  404 404 404 403 422 422 403 in",
    "protected":    "in  in  in  404 404 404 403 422 422 403 in",
    "agenda":       "in  in  in  404 404 403 403 422 422 403 in",
}
FINISHES_BY_API = {
    "own":          "404 403 404 403 403 404 422 403 422 403 401",
    "others":       "404 403 404 404 404 404 403 422 422 403 401",
    "published":    "404 403 404 404 404 404 403 422 422 403 401",
    "withdrawn":    "404 403 404 404 404 404 403 422 422 403 401",
    "protected":    "404 403 404 404 404 404 403 422 422 403 401",
    "agenda":       "404 403 404 404 404 403 403 422 422 403 401",
}
COMMENTS_BY_API = {
    "own":          "404 201 404 201 201 404 201 201 201 201 401",
    "others":       "404 201 404 404 404 404 201 201 201 201 401",
    "published":    "404 201 404 404 404 404 201 201 201 201 401",
    "withdrawn":    "404 201 404 404 404 404 201 201 201 201 401",
    "protected":    "404 201 404 404 404 404 201 201 201 201 401",
    "agenda":       "404 201 404 404 404 403 201 201 201 201 401",
}
CORRECTS_BY_API = {
    "own":          "404 403 404 403 403 404 200 200 200 200 401",
    "others":       "404 403 404 404 404 404 200 200 200 200 401",
    "published":    "404 403 404 404 404 404 200 200 200 200 401",
    "withdrawn":    "404 403 404 404 404 404 200 200 200 200 401",
    "protected":    "404 403 404 404 404 404 200 200 200 200 401",
    "agenda":       "404 403 404 404 404 403 200 200 200 200 401",
}
CORRECTS_THE_REPORTER = {
    "own":          "404 403 404 403 403 404 403 403 200 403 401",
    "others":       "404 403 404 404 404 404 403 403 200 403 401",
    "published":    "404 403 404 404 404 404 403 403 200 403 401",
    "withdrawn":    "404 403 404 404 404 404 403 403 200 403 401",
    "protected":    "404 403 404 404 404 404 403 403 200 403 401",
    "agenda":       "404 403 404 404 404 403 403 403 200 403 401",
}
FOLLOWS = {  # everybody may follow what is published; others what they take part in. The address is missing
    "own":          "404 404 404 422 422 404 422 422 422 422 404",
    "others":       "404 404 404 404 404 404 422 422 422 422 404",
    "published":    "422 404 422 422 422 422 422 422 422 422 422",
    "withdrawn":    "404 404 404 404 404 404 422 422 422 422 404",
    "protected":    "404 404 404 404 404 404 422 422 422 422 404",
    "agenda":       "404 404 404 404 404 403 422 422 422 422 404",
}
FOLLOWS_BY_API = {
    "own":          "404 202 404 202 202 404 202 202 202 202 401",
    "others":       "404 202 404 404 404 404 202 202 202 202 401",
    "published":    "202 202 202 202 202 202 202 202 202 202 401",
    "withdrawn":    "404 202 404 404 404 404 202 202 202 202 401",
    "protected":    "404 202 404 404 404 404 202 202 202 202 401",
    "agenda":       "404 202 404 404 404 403 202 202 202 202 401",
}
READS_REPLIES = {  # the unit that has the case, and the desk; no reply waits
    "own":          "in  in  in  403 403 404 409 403 409 403 in",
    "others":       "in  in  in  404 404 404 403 409 409 403 in",
    "published":    "in  in  in  404 404 404 403 409 409 403 in",
    "withdrawn":    "in  in  in  404 404 404 403 409 409 403 in",
    "protected":    "in  in  in  404 404 404 403 409 409 403 in",
    "agenda":       "in  in  in  404 404 403 403 409 409 403 in",
}
READS_REPLIES_BY_API = {
    "own":          "404 403 404 403 403 404 409 403 409 403 401",
    "others":       "404 403 404 404 404 404 403 409 409 403 401",
    "published":    "404 403 404 404 404 404 403 409 409 403 401",
    "withdrawn":    "404 403 404 404 404 404 403 409 409 403 401",
    "protected":    "404 403 404 404 404 404 403 409 409 403 401",
    "agenda":       "404 403 404 404 404 403 403 409 409 403 401",
}
HOLDS_THE_KEY = every_case("404 200 404 404 404 404 404 404 404 404 404")
NONE_IS_MERGED = every_case("404 404 404 404 404 404 404 404 404 404 404")
ACTS_WITH_THE_KEY = every_case("404 422 404 404 404 404 404 404 404 404 404")
CONTESTS_WITH_THE_KEY = every_case("404 409 404 404 404 404 404 404 404 404 404")  # none of the cases is done

CORRECTS_OWN_ADDRESS = every_case("404 403 404 404 404 404 404 404 404 404 404")  # not in the browser that sent it

WITH_A_CASE: dict[str, Block] = {
    "GET /arenden/<ref>": READS,
    "GET /arenden/<ref>/utskrift": PRINTS,
    "GET /api/v1/cases/<ref>": READS_BY_API,
    "GET /api/v1/cases/<ref>/events": READS_BY_API,
    "GET /arenden/<ref>/filer/<int:number>": OPENS_FILES,
    "GET /arende/<public_id>": HOLDS_THE_KEY,
    "GET /arende/<public_id>/hor-ihop": NONE_IS_MERGED,
    "GET /kvitto/<public_id>": HOLDS_THE_KEY,
    "GET /arende/<public_id>/filer/<int:number>": HOLDS_THE_KEY,
    "POST /arende/<public_id>/kommentar": ACTS_WITH_THE_KEY,
    "POST /arende/<public_id>/inte-atgardat": CONTESTS_WITH_THE_KEY,
    "POST /arende/<public_id>/stammer": CONTESTS_WITH_THE_KEY,
    "POST /arende/<public_id>/filer": ACTS_WITH_THE_KEY,
    "POST /arende/<public_id>/adress": CORRECTS_OWN_ADDRESS,
    "POST /arenden/<ref>/kommentar": WRITES,
    "POST /arenden/<ref>/filer": WRITES,
    "POST /arenden/<ref>/steg": FINISHES,
    "POST /arenden/<ref>/steg/visa": FINISHES,
    "POST /arenden/<ref>/folj": FOLLOWS,
    "POST /arenden/<ref>/ratta":        every_case("in  in  in  403 403 403 422 422 422 422 in"),
    "POST /arenden/<ref>/hor-ihop":     every_case("in  in  in  403 403 403 422 422 422 422 in"),
    "POST /arenden/<ref>/dagordning/ta-bort": every_case("in  in  in  403 403 403 403 403 422 403 in"),
    "POST /arenden/<ref>/svaret-last": READS_REPLIES,
    "POST /api/v1/cases/<ref>/reply-read": READS_REPLIES_BY_API,
    "POST /arenden/<ref>/adressen-fungerar": every_case("in  in  in  403 403 403 403 403 303 403 in"),
    "GET /arenden/<ref>/mejl/<int:number>": every_case("in  in  in  403 403 403 404 404 404 404 in"),  # none came
    "GET /arenden/<ref>/mejl/<int:number>.eml": every_case("in  in  in  403 403 403 403 403 404 403 in"),
    "POST /arenden/<ref>/lankar/<int:number>/slack": every_case("in  in  in  403 403 403 403 403 404 403 in"),
    "GET /arenden/<ref>/radera":        every_case("in  in  in  403 403 403 403 403 200 403 in"),
    "POST /arenden/<ref>/radera":       every_case("in  in  in  403 403 403 403 403 422 403 in"),
    "POST /arenden/<ref>/den-som-fragade": every_case("in  in  in  403 403 403 403 403 422 403 in"),
    "POST /arenden/<ref>/skydd":        every_case("in  in  in  403 403 403 403 403 422 403 in"),
    "PATCH /api/v1/cases/<ref>/reporter": CORRECTS_THE_REPORTER,
    "GET /arenden/<ref>/publicera": {
        **every_case(CONTACT), "protected": "in  in  in  403 403 403 403 403 403 403 in",
    },
    "POST /api/v1/cases/<ref>/changes": FINISHES_BY_API,
    "POST /api/v1/cases/<ref>/comments": COMMENTS_BY_API,
    "PATCH /api/v1/cases/<ref>": CORRECTS_BY_API,
    "PUT /api/v1/cases/<ref>/register-entry": CORRECTS_BY_API,
    "POST /arenden/<ref>/register":     every_case("in  in  in  403 403 403 422 422 422 422 in"),
    "POST /api/v1/cases/<ref>/followers": FOLLOWS_BY_API,
}

# --- what changes the cases, or ends a session: tried last -----------------------------------------------
CHANGES_A_CASE: dict[str, Block] = {
    "POST /arenden/<ref>/dagens-policy": every_case("in  in  in  403 403 403 403 403 303 403 in"),
    "POST /arenden/<ref>/publicera": {
        **every_case("in  in  in  403 403 403 403 403 303 403 in"),
        "protected": "in  in  in  403 403 403 403 403 403 403 in",
    },
    "POST /arenden/<ref>/avpublicera": every_case("in  in  in  403 403 403 403 403 303 403 in"),
    "POST /api/v1/cases/<ref>/recommendations": every_case("401 401 401 403 403 403 403 403 422 403 401"),
    "POST /arenden/<ref>/dagordning": {
        **every_case("in  in  in  403 403 403 403 403 303 403 in"),
        "protected": "in  in  in  403 403 403 403 403 422 403 in",
    },
}
CHANGES_KEYS: dict[str, Block] = {  # last: the key of the person who asked is another one then
    "POST /arenden/<ref>/ny-lank":      every_case("in  in  in  403 403 403 403 403 303 403 in"),
    "POST /api/v1/cases/<ref>/key": {  # the key that the person who asked had is dead by now, and all are on the agenda
        "own":       "404 404 404 403 403 403 403 403 200 403 401",
        "others":    "404 404 404 404 404 403 403 403 200 403 401",
        "published": "404 404 404 404 404 403 403 403 200 403 401",
        "withdrawn": "404 404 404 404 404 403 403 403 200 403 401",
        "protected": "404 404 404 404 404 404 403 403 200 403 401",
        "agenda":    "404 404 404 404 404 403 403 403 200 403 401",
    },
}
ENDS_SESSIONS: dict[str, str] = {
    "POST /konto/nycklar/aterkalla":    "in  in  in  303 303 303 303 303 303 303 in",
    "POST /logga-ut/overallt":          "in  in  in  303 303 303 303 303 303 303 in",
    "POST /logga-ut":                   "303 303 303 303 303 303 303 303 303 303 303",
}
# fmt: on

# --- what the requests hold ------------------------------------------------------------------------------
ASKED: dict[str, Asked] = {
    "POST /api/v1/units/<slug>/contacts": Asked(json=(("how", "visit"),)),
    "POST /api/v1/units/<slug>/seats": Asked(json=(("office", "chair"),)),
    "POST /api/v1/units/<slug>/seats/<int:number>/ending": Asked(json=()),
    "POST /api/v1/cases": Asked(json=(("kind", "issue"),)),
    "POST /api/v1/plans/<slug>/draft": Asked(),
    "PUT /api/v1/plans/<slug>/draft": Asked(json=(("year", 2026), ("areas", [{"rank": 1, "name": ""}]))),
    "POST /api/v1/plans/<slug>/adoption": Asked(json=(("note", "Alla var med"),)),
    "POST /api/v1/units/<slug>/anchorings": Asked(json=(("kind", "meeting"), ("on", "2026-03-01"), ("text", ""))),
    "POST /api/v1/meetings": Asked(json=(("held_on", "2099-05-05"), ("name", ""))),
    "PATCH /api/v1/meetings/<int:number>": Asked(json=(("name", ""),)),
    "POST /api/v1/meetings/<int:number>/cancellation": Asked(json=(("why", ""),)),
    "POST /api/v1/meetings/<int:number>/answers": Asked(json=(("answer", "perhaps"),)),
    "POST /api/v1/meetings/<int:number>/invitations": Asked(json=(("invited", [{"email": "ingen"}]),)),
    "PUT /api/v1/meetings/<int:number>/presence": Asked(json=(("present", []),)),
    "PUT /api/v1/meetings/<int:number>/agenda": Asked(json=(("items", [{"topic": ""}]),)),
    "POST /api/v1/meetings/<int:number>/agenda/sending": Asked(json=(("words", ""),)),
    "POST /api/v1/meetings/<int:number>/settlings": Asked(json=(("n", 1), ("how", "noted"))),
    "POST /api/v1/meetings/<int:number>/closing": Asked(json=(("present", []),)),
    "POST /api/v1/meetings/<int:number>/adjustment": Asked(json=(("by", []),)),
    "POST /api/v1/cases/<ref>/recommendations": Asked(
        json=(("meeting", 1), ("item", 1), ("verdict", "yes"), ("words", ""))
    ),
    "POST /arenden/<ref>/kommentar": Asked(form=(("text", ""),)),
    "POST /arenden/<ref>/filer": Asked(file=True),
    "POST /arenden/<ref>/steg": Asked(form=(("step", "finish"), ("note", ""))),
    "POST /arenden/<ref>/steg/visa": Asked(form=(("step", "finish"), ("note", ""))),
    "POST /arenden/<ref>/folj": Asked(form=(("email", "ingen"),)),
    "POST /arenden/<ref>/ratta": Asked(form=(("title", ""),)),
    "POST /arenden/<ref>/register": Asked(form=(("reg_decides", "finns-inte"),)),
    "PUT /api/v1/cases/<ref>/register-entry": Asked(json=()),
    "POST /arenden/<ref>/hor-ihop": Asked(form=(("to", "2020-9999"),)),
    "POST /arenden/<ref>/den-som-fragade": Asked(form=(("name", "Rut"), ("why", ""))),
    "POST /arenden/<ref>/skydd": Asked(form=(("protected", "1"), ("why", ""))),
    "PATCH /api/v1/cases/<ref>/reporter": Asked(json=(("name", "Ruth"), ("why", "Fel stavat"))),
    "POST /api/v1/cases/<ref>/key": Asked(json=()),
    "POST /api/v1/cases/<ref>/reply-read": Asked(json=(("version", 2**31 - 1),)),
    "POST /arenden/<ref>/svaret-last": Asked(form=(("version", "1"),)),
    "POST /skrivbord/skrappost": Asked(form=(("note", "Skräp"),)),
    "POST /arende/<public_id>/filer": Asked(file=True),
    "POST /logga-in": Asked(form=(("email", "nobody@example.se"),)),
    "POST /logga-in/kod": Asked(form=(("code", "a"),)),
    "POST /arenden/<ref>/radera": Asked(form=(("decision", ""),)),
    "POST /api/v1/cases/<ref>/changes": Asked(json=(("to", "done"), ("version", 2**31 - 1))),
    "POST /api/v1/cases/<ref>/comments": Asked(json=(("text", "Jaha"),)),
    "PATCH /api/v1/cases/<ref>": Asked(json=(("quick_win", False),)),
    "POST /api/v1/cases/<ref>/followers": Asked(json=(("email", "granne@hemma.example"),)),
}
EXAMPLES = {  # of what stands in a rule beside the case
    "/bygderna/<slug>": "/bygderna/norrby",
    "/units/<slug>/seats": "/units/forum/seats",
    "/platser/<slug>": "/platser/forum",
    "/amne/<slug>": "/amne/trafik",
    "/ort/<slug>": "/ort/norrby",
    "<category>": "trafik",
    "/units/<slug>": "/units/norrby",
    "<token>": "a" * 43,
    "/plans/<slug>": "/plans/norrby",
    "/plan/<slug>": "/plan/norrby",
    "<int:key>": "1",
    "<int:item>": "1",
    "<slug>": "gata",
    "<name>": "1.eml",
    "<kind>": "work",
    "<any(csv, xlsx):form>": "csv",
    "/konto/inloggningar/<int:number>": "/konto/inloggningar/9999",  # nobody's
    "/konto/nycklar/<int:number>": "/konto/nycklar/9999",
    "<int:number>": "1",
    "<path:filename>": "ventil.svg",
}
