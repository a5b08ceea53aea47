import { describe, expect, it } from "vitest";
import { aReport } from "../testing/reports";
import { columns, everyDay, sum, topOf } from "./days";

const LINE = { spent: 1, images: 2, attempts: 3, unknown: 0.5, overrun: 0.25 };

describe("the days of a report", () => {
  it("are all there, the quiet ones too, and end with the gateway's today", () => {
    const days = everyDay(aReport({ days: 7 }));
    expect(days.map(({ from }) => from.slice(8))).toEqual("16 17 18 19 20 21 22".split(" "));
    expect(days.map(({ spent }) => spent)).toEqual([0, 0, 0, 0, 0.25, 0, 1]);
  });

  it("become whole weeks, counted back from today, once there are too many", () => {
    const byDay = ["2026-11-15", "2026-11-16", "2026-11-22"].map((day) => ({ ...LINE, day }));
    const weeks = columns(everyDay(aReport({ days: 90, byDay })));
    expect(weeks).toHaveLength(13);
    expect(weeks.at(-1)).toEqual({
      from: "2026-11-16",
      to: "2026-11-22",
      spent: 2,
      images: 4,
      attempts: 6,
      unknown: 1,
      overrun: 0.5,
    });
    expect(weeks.at(-2)).toMatchObject({ to: "2026-11-15", spent: 1 });
    expect(weeks[0]).toMatchObject({ from: "2026-08-25", to: "2026-08-30" });
    expect(sum(weeks).spent).toBe(3);
  });

  it("stay days for a month", () => {
    expect(columns(everyDay(aReport({ days: 30 })))).toHaveLength(30);
  });
});

describe("the scale of the chart", () => {
  it.each([
    [0, 0.01],
    [0.0059, 0.01],
    [0.011, 0.02],
    [0.3, 0.5],
    [0.7, 1],
    [5, 5],
    [51, 100],
  ])("holds %d below %d", (spent, top) => {
    const span = { ...LINE, spent, unknown: 0, from: "", to: "" };
    expect(topOf([span])).toBeCloseTo(top, 9);
  });

  it("has room for what is held, too", () => {
    expect(topOf([{ ...LINE, spent: 0.9, unknown: 0.4, from: "", to: "" }])).toBe(2);
  });
});
