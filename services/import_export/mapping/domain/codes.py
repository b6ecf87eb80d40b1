"""What may be wrong with a row, or worth a look, as far as the mapping can tell: codes and their meanings."""

from __future__ import annotations

from typing import Final

# The row is refused.
ERRORS: Final = {
    "ambiguous_number": "1.234 is thousands or decimals; nothing tells: choose the column's decimal mark.",
    "damaged_number": "A spreadsheet has shortened the number (5,51199E+12): digits are lost.",
    "error_value": "The spreadsheet shows an error (#N/A, #REF!) instead of a value.",
    "invalid_boolean": "Neither yes nor no in English, Portuguese or Spanish.",
    "invalid_channel": "A channel has lower-case letters, digits, _ and -, at most 50.",
    "invalid_characters": "Control characters, or line breaks where there is one line.",
    "invalid_date": "No date, one in no calendar, or not in the order of the column.",
    "invalid_email": "This cannot be an e-mail address.",
    "invalid_id": "No id as exports write them, or a name or link where a platform's id is needed.",
    "invalid_number": "No number, or not in the notation of the column.",
    "invalid_phone": "This cannot be a telephone number: letters, too few or too many digits, no area code.",
    "invalid_status": "None of active, inactive, blocked.",
    "invalid_url": "No http or https address.",
    "invalid_whatsapp": "This cannot be a WhatsApp number or id.",
    "missing_name": "The row has no name; a phone number or an e-mail address is none.",
    "not_a_person": "The address of a group, a broadcast or a channel.",
    "out_of_range": "The number is not below 10^15, or nearer to zero than 10^-15.",
    "several_values": "Several addresses in a cell that holds one: use the target for several.",
    "too_long": "Longer than the field allows.",
    "too_many": "More than 100 values in one field.",
    "too_precise": "More than 15 significant digits.",
    "unknown_field": "The custom field of the column has been archived since the mapping was chosen.",
}

# The row is taken, and the doubt is told.
WARNINGS: Final = {
    "ambiguous_date": "Day or month first? The column does not tell; the region's usual order was taken.",
    "excel_serial": "A number of days as spreadsheets count them was read as a date.",
    "no_key": "No address and no id: the row meets nobody and becomes a new customer.",
    "time_left_out": "The field holds a date: the time of day was left out.",
    "two_digit_year": "Years 00 to 29 were read as 2000 to 2029, 30 to 99 as 1930 to 1999.",
}

# A mapping is refused.
MAPPING_ERRORS: Final = {
    "invalid_option": "The rule under `as` is none for this target.",
    "name_needed": "No column is the name, and none the id.",
    "not_a_constant": "One value for all rows makes no sense for this target.",
    "repeated_column": "A column is named twice.",
    "several_columns": "Several columns for a target that takes one.",
    "unknown_column": "The file has no such column.",
    "unknown_target": "There is no such field, or it is archived.",
}
