"""The forms in which English news writes times, as regular expressions; `readings` says what each stands for.

Patterns are tried in the order of FORMS; a stretch of text that one has claimed is closed to the later ones.
All ignore case; months and weekdays must be capitalised, which `readings` checks.
"""

import re

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NUMBER_WORDS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty"
)
NUMBERS = {word: number for number, word in enumerate(_NUMBER_WORDS.split("|"))} | {"a": 1, "an": 1}

_YEAR4 = r"(?:19|20)\d\d"
_YEAR = rf"{_YEAR4}(?![\w/-]|[.,]\d)"
_MONTH = (
    r"(?:jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|jun(?:e|\.)?|jul(?:y|\.)?|aug(?:ust|\.)?|"
    r"sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)(?!\w)"
)
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?!\w|[.,:/]\d|\s*(?:%|percent|per cent))"
_DAY_GLUE = r"(?:,?\s*(?:and|or|&|to|through|until)\s+|\s*[-–—/]\s*)"
_DAYS_DONE = (
    r"(?=\s*(?:$|[^\w\s])|\s+(?:in|at|on|of|by|from|to|and|or|but|as|when|where|while|after|before|with|near|that|which|"
    r"amid|until|for|during|against|inside|outside|said|were|was|have|had)\b)"
)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day(?!\w)"
_WEEKDAY_BEFORE = rf"(?:(?:{_WEEKDAY}|(?:mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun)\b\.?),?\s*(?:the\s+)?)?"
_OF_DAY = r"(?:\s+(?:late|early|overnight))?(?:\s+(?:night|morning|evening|afternoon|midday|noon))?(?!\w)"
_NUMBER = rf"(?:\d{{1,3}}|an?|{_NUMBER_WORDS})"
_VAGUE_NUMBER = (
    r"(?:about|around|some|roughly|nearly|almost|over|barely|just over|more than|less than|at least|up to|a few|few|"
    r"several|many|a couple of|some|a number of)\s+"
)
_YEAR_WORD = r"(?:last|this|next|that|the\s+same|the\s+following|the\s+previous|the\s+next)\s+year"
_OTHER = (
    r"last|(?:this\s+)?past|this|next|that(?:\s+same)?|the\s+same|(?:the\s+)?(?:previous|preceding|following)|"
    r"the\s+next"
)

ISO = re.compile(rf"(?<![\w/.-])(?P<y>(?:19|20)\d\d)(?P<s>[-/])(?P<m>0?[1-9]|1[0-2])(?P=s)(?P<d>{_DAY})(?![/-])", re.I)
NUMERIC = re.compile(r"(?<![\w/.-])(?P<a>\d{1,2})(?P<s>[./-])(?P<b>\d{1,2})(?P=s)(?P<y>(?:19|20)\d\d)(?!\w)")
DAY_MONTH = re.compile(
    rf"(?<![\w/.,:])(?<!\d[-–]){_WEEKDAY_BEFORE}(?P<d>{_DAY})(?:(?:,\s*{_DAY})*(?P<glue>{_DAY_GLUE})(?P<d2>{_DAY}))?[\s-]+(?:of\s+)?"
    rf"(?P<month>{_MONTH})(?:,?\s*(?P<y>{_YEAR})|,?\s+(?:of\s+)?(?P<yw>{_YEAR_WORD}))?{_OF_DAY}",
    re.I,
)
MONTH_DAY = re.compile(
    rf"(?<![\w-]){_WEEKDAY_BEFORE}(?P<month>{_MONTH})\s*(?<=[\s.])(?:the\s+)?(?P<d>{_DAY})"
    rf"(?:(?P<glue>{_DAY_GLUE})(?P<d2>{_DAY}){_DAYS_DONE})?(?:,?\s+(?P<y>{_YEAR})|,?\s+(?:of\s+)?(?P<yw>{_YEAR_WORD}))?{_OF_DAY}",
    re.I,
)
DAY_OF_MONTH = re.compile(
    r"\bthe\s+(?P<d>\d{1,2})(?:st|nd|rd|th)\s+(?:day\s+)?of\s+(?P<which>that|this|the\s+same|last|next|the)\s+month\b",
    re.I,
)
THE_NTH = re.compile(r"\bthe\s+(?P<d>\d{1,2})(?:st|nd|rd|th)(?=\s*(?:$|[,.;:]|and\b))", re.I)
MONTH = re.compile(
    rf"(?:(?<![\w-])|(?<=mid-)|(?<=late-)|(?<=early-))(?:(?P<which>{_OTHER})\s+)?(?P<month>{_MONTH})"
    rf"(?:(?:,|,?\s+of)?\s+(?P<y>{_YEAR})|,?\s+(?:of\s+)?(?P<yw>{_YEAR_WORD}))?",
    re.I,
)
WEEKDAY = re.compile(
    rf"(?<!\w)(?:(?P<which>{_OTHER})\s+)?(?P<wd>{_WEEKDAY}){_OF_DAY}"
    r"(?:\s+(?:(?:of\s+)?(?P<week>last|this|next)\s+week|(?P<lately>last|next))(?!\w))?"
    r"(?:\s+(?P<beside>before|after)(?=\s*(?:$|[,.;:])))?",
    re.I,
)
YEARS = re.compile(rf"(?<![\w.,/-])(?P<y>{_YEAR4})(?:\s*[-–]\s*|\s+(?:to|and|until)\s+)(?P<y2>{_YEAR})", re.I)
YEAR = re.compile(rf"(?<![\w.,/-])(?P<y>{_YEAR})", re.I)
AGO = re.compile(rf"\b(?P<vague>{_VAGUE_NUMBER})?(?P<n>{_NUMBER})\s+(?P<unit>day|week|month|year)s?\s+ago\b", re.I)
OFFSET = re.compile(
    rf"\b(?P<vague>{_VAGUE_NUMBER})?(?P<n>{_NUMBER})\s+(?:full\s+)?"
    r"(?P<unit>hour|night|day|evening|morning|week|month|year)s?\s+"
    r"(?P<way>later|earlier|before(?:hand)?|after(?:wards?)?|previously|prior(?:\s+to)?)\b",
    re.I,
)
EDGE = re.compile(
    r"\bthe\s+(?P<unit>day|night|evening|morning|afternoon|week|month|year)\s+(?P<way>before|after)\b", re.I
)
BESIDE = re.compile(
    r"\b(?:(?P<the>the|that)\s+)?(?P<which>very\s+next|following|next|previous|preceding|same)\s+"
    r"(?P<unit>day|night|morning|evening|afternoon|month|year)\b(?!-)",
    re.I,
)
THAT = re.compile(
    r"\b(?:(?:later|earlier|early|late|on)\s+)?(?:that|in\s+the)\s+(?P<unit>day|night|evening|morning|afternoon|month|year)\b"
    r"(?=\s*(?:$|[^\w\s])|\s+(?:in|at|on|by|from|to|and|but|as|when|where|while|after|with|near|the|he|it|they|she)\b)|"
    r"\blater\s+(?P<later>in\s+the\s+day)\b",
    re.I,
)
DEICTIC = re.compile(
    r"\b(?P<which>the\s+day\s+before\s+yesterday|the\s+day\s+after\s+tomorrow|today|yesterday|tomorrow|tonight|"
    r"this\s+(?:morning|afternoon|evening)|last\s+(?:night|evening))(?:\s+(?:morning|evening|night|afternoon))?\b(?!'s\s+world)",
    re.I,
)
THEN = re.compile(r"\bthen\b", re.I)
NIGHTFALL = re.compile(r"\b(?:nightfall|dusk|sunset|evening|midday|noon|afternoon)\b", re.I)
CALENDAR_UNIT = re.compile(r"\b(?P<which>last|this|next)\s+(?P<unit>month|year)\b(?!-)", re.I)
PART_OF_UNIT = re.compile(
    r"\bthe\s+(?:start|beginning|end|middle|turn)\s+of\s+(?P<which>the)\s+(?P<unit>month|year)\b", re.I
)
VAGUE = re.compile(
    rf"\bovernight\b|\brecently\b|\b(?:in|over|for|within|during)\s+(?:the\s+)?(?:recent|past|last|coming|next|following|ensuing|previous|preceding)\s+(?:{_NUMBER}\s+|few\s+|several\s+)?"
    r"(?:hour|day|night|week|month|year)s?\b|\b(?:earlier\s+|later\s+)?(?:the\s+)?(?:last|this|next|previous|following|same|that)\s+"
    r"(?:week|weekend)\b|\b(?:at|over|during)\s+the\s+weekend\b|"
    r"\b(?:hours|days|weeks|months|years)\s+(?:ago|later|earlier|before|after|that\s+followed)\b|"
    r"\b(?:earlier|later)\s+in\s+the\s+(?:week|month|year)\b|"
    r"\b(?:last|this|next|that|in(?:\s+the)?|since(?:\s+the)?|during\s+the|by(?:\s+the)?|(?:early|late|mid)[\s-]+)\s*"
    r"(?:spring|summer|autumn|winter)\b",
    re.I,
)
SEASON = re.compile(rf"\b(?:spring|summer|autumn|winter|fall)\s+(?:of\s+)?(?P<y>{_YEAR})", re.I)

FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("iso", ISO),
    ("numeric", NUMERIC),
    ("calendar_day", DAY_MONTH),
    ("calendar_day", MONTH_DAY),
    ("day_of_month", DAY_OF_MONTH),
    ("the_nth", THE_NTH),
    ("season", SEASON),
    ("deictic", DEICTIC),
    ("month", MONTH),
    ("weekday", WEEKDAY),
    ("ago", AGO),
    ("offset", OFFSET),
    ("edge", EDGE),
    ("part_of_unit", PART_OF_UNIT),
    ("calendar_unit", CALENDAR_UNIT),
    ("beside", BESIDE),
    ("then", THEN),
    ("nightfall", NIGHTFALL),
    ("that", THAT),
    ("years", YEARS),
    ("year", YEAR),
    ("vague", VAGUE),
)

TELLING = {
    "ago": re.compile("ago", re.I),
    "offset": re.compile("later|earlier|before|after|previously|prior", re.I),
}
"""What a form that is slow to look for must hold."""

ANY = re.compile(
    r"\d|day|night|week|month|year|morning|evening|afternoon|tomorrow|then|recent|season|spring|summer|autumn|winter|fall|"
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ago|later|earlier|by|hours)",
    re.I,
)
"""What every form holds at least one of; a sentence without any is passed over."""

PREFIX = re.compile(
    r"(?:(?<![\w-])(?P<bound>no\s+later\s+than|not\s+later\s+than|on\s+or\s+before|by|ever\s+since|since|until|till|up\s+to|"
    r"before|prior\s+to|ahead\s+of|after|from|starting|beginning|as\s+of|between|through|during|throughout|in|on|at)\s+)?"
    r"(?P<filler>(?<![\w-])(?:(?:at|on|in|from)\s+)?"
    r"(?:(?:very\s+)?(?:late|early|later|earlier|overnight)\s+(?:(?:on|in)\s+)?|(?:(?:early|mid)[\s-]to[\s-])?(?:mid|late|early)[\s-]|"
    r"(?:(?:in|on|at)\s+)?(?:the\s+)?(?:(?:very|early|late|small|final|first|last|opening|closing)\s+)?"
    r"(?:(?:start|beginning|end|middle|night|evening|morning|afternoon|hours|dawn|course|days?|weeks?|half|month)|first|second|third|last)"
    r"(?:\s+(?:half|weeks?|days?|hours))?\s+of\s+|(?:dawn|dusk|noon|midday|midnight|nightfall|sunrise|sunset)\s+(?:on\s+)?))?$",
    re.I,
)
"""What may stand before a time: the bound, and words that say which part of it."""

NAME_BEFORE = re.compile(
    r"\b(?:Operation|Movement|Camp|Street|Battalion|Hill|Route|[Ee]very|[Ee]ach|Good|Black|Bloody|Palm|Easter)\s+$"
)
NAME_AFTER = re.compile(
    r"\s+(?:Brigade|Movement|Division|Battalion|Regiment|Revolution|Revolutionaries|Forces?|Front|Martyrs|Street|Square|"
    r"Bridge|Mosque|Youth|Army|Group|Company|Corps|Times|Telegraph|Mirror|Hospital|Camp|University|Bloc|Coalition)\b"
)
COUNTED_AFTER = re.compile(
    r"\s+(?!(?:in|at|on|of|by|from|to|and|or|but|as|when|where|while|after|before|with|near|the|that|a)\b)[a-z]{3,}"
)
