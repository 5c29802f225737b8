"""An Excel file as people keep them: writes ../data/sheets.xlsx. A sheet of notes, one of customers (ids as texts with leading
zeros, numbers shown rounded, percents, dates, times, true and false, an error, an empty row), and an empty one.

    python sheets.py
"""
from datetime import date, datetime
from pathlib import Path

from openpyxl import Workbook

golden = Path(__file__).resolve().parent.parent
book = Workbook()
notes = book.active
notes.title = "Read me"
notes.append(["Exported for the meeting"])
customers = book.create_sheet("Customers")
customers.append(["id", "spend", "share", "since", "seen", "member", "tier", "mixed"])
rows = [
    ["007", 1234.5678901234, 0.125, date(2025, 12, 31), datetime(2025, 12, 31, 23, 30), True, "None", 1],
    ["008", -3, 0.5, date(2024, 2, 29), datetime(2024, 2, 29, 0, 0), False, "gold", "x"],
    [None] * 8,
    ["12345678901234567890", 1e-9, None, date(1999, 1, 1), None, True, " padded ", 2.5],
    ["010", 0.1, 1, None, None, False, "gold", True],
]
for row in rows:
    customers.append(row)
for cell in customers["B"][1:]:
    cell.number_format = "#,##0"
for cell in customers["C"][1:]:
    cell.number_format = "0%"
book.create_sheet("Empty")
book.save(golden / "data" / "sheets.xlsx")

errors = Workbook()
errors.active.append(["a", "b"])
errors.active.append([1, "=1/0"])
errors.active.append([2, 5])
errors.active["B2"].data_type = "e"
errors.active["B2"].value = "#DIV/0!"
errors.save(golden / "data" / "errors.xlsx")
