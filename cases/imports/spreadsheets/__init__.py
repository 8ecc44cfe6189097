"""Tables for spreadsheets and machines: how an export writes CSV and XLSX, and keeps texts from being formulas."""
