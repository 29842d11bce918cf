"""What the head of a query's result says of how old it is, and of how long it may be kept.

A result that the relay had kept says its age in seconds. A page may keep a result, for when the
relay cannot be reached, for so many seconds and for this person alone.
"""

RESULT_AGE_HEADER = "x-result-age"
RESULT_KEEP_HEADER = "x-result-keep"
RESULT_PERSON_HEADER = "x-result-person"
