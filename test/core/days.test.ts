import { expect, test } from "vitest";
import { calendarOf, dayColumn, dayForms, dayNumber, dayOf, dayText, monthsBefore } from "../../src/core/days.js";

test("a day and its text go both ways, for every day of four centuries", () => {
  for (let day = dayNumber("1800-01-01")!; day < dayNumber("2200-01-01")!; day++) {
    const date = new Date(day * 86_400_000);
    const text = date.toISOString().slice(0, 10);
    if (dayText(day) !== text || dayNumber(text) !== day) throw new Error(`${day} is ${dayText(day)}, not ${text}`);
    if (calendarOf(day).weekday !== (date.getUTCDay() || 7)) throw new Error(`weekday of ${text}`);
  }
});

test.each([
  ["2026-02-29", "2026-01-31"],
  ["2026-13-01", "2026-01-31"],
  ["2026-00-10", "2026-01-31"],
  ["2026-01-00", "2026-01-31"],
  ["31.04.2026", "31.01.2026"],
  ["2026-01-01 later", "2026-01-31"],
  ["x2026-01-01", "2026-01-31"],
])("%s is no day", (text, name) => {
  expect(dayOf(text, dayForms.find((form) => form.name === name)!)).toBeNull();
});

test("a column has the form that most of its texts have; a rival fits as well", () => {
  expect(dayColumn(["1/2/2026", "13/2/2026", null])).toMatchObject({
    form: { parse: "%d/%m/%Y" },
    rival: null,
    present: 2,
    days: 2,
  });
  expect(dayColumn(["1/13/2026", "3/2/2026"])).toMatchObject({ form: { parse: "%m/%d/%Y" }, rival: null });
  expect(dayColumn(["1/2/2026"])).toMatchObject({ form: { parse: "%d/%m/%Y" }, rival: { parse: "%m/%d/%Y" } });
  expect(dayColumn(["2026-01-31T10:00:00Z", "2026-01-31"])).toMatchObject({ instants: true, days: 2 });
  expect(dayColumn(["2026-01-31T10:00:00", "2026-01-31 10:00"])).toMatchObject({ instants: false, days: 2 });
  expect(dayColumn(["soon", null])).toBeNull();
});

test("months before end where the shorter month ends", () => {
  const before = (day: string, months: number) => dayText(monthsBefore(dayNumber(day)!, months));
  expect([before("2026-03-31", 1), before("2024-02-29", 12), before("2026-01-15", 13)]).toEqual([
    "2026-02-28",
    "2023-02-28",
    "2024-12-15",
  ]);
});
