import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { show } from "../testing/render";
import { Picture } from "./Picture";

const URL_OF_IT = "http://localhost:3000/api/images/a/content";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const source = () => screen.getByRole("img").getAttribute("src");

async function failAndWait(ms: number) {
  fireEvent.error(screen.getByRole("img"));
  await act(() => vi.advanceTimersByTimeAsync(ms));
}

async function failForGood() {
  for (const pause of [1000, 3000, 9000]) await failAndWait(pause);
  fireEvent.error(screen.getByRole("img"));
}

describe("a picture that does not load", () => {
  it("is asked for again after growing pauses", async () => {
    show(<Picture url={URL_OF_IT} alt="a cat" />);
    expect(source()).toBe(URL_OF_IT);
    await failAndWait(999);
    expect(source()).toBe(URL_OF_IT);
    await act(() => vi.advanceTimersByTimeAsync(1));
    expect(source()).toBe(`${URL_OF_IT}?retry=1`);
    await failAndWait(2999);
    expect(source()).toBe(`${URL_OF_IT}?retry=1`);
    await act(() => vi.advanceTimersByTimeAsync(1));
    expect(source()).toBe(`${URL_OF_IT}?retry=2`);
  });

  it("says so in the end, and is loaded again on demand", async () => {
    show(<Picture url={URL_OF_IT} alt="a cat" />);
    await failForGood();
    expect(screen.getByText(/The picture could not be loaded/)).toBeTruthy();
    expect(screen.queryByRole("img")).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Load again" }));
    expect(source()).toBe(`${URL_OF_IT}?retry=4`);
    await failForGood();
    expect(screen.getByRole("button", { name: "Load again" })).toBeTruthy();
  });

  it("takes up a newer link when its own is over, and says that it was", async () => {
    const onFailed = vi.fn();
    const shown = (url: string) => <Picture url={url} alt="a cat" onFailed={onFailed} />;
    const { rerender } = render(shown(`${URL_OF_IT}?exp=1`));
    rerender(shown(`${URL_OF_IT}?exp=2`));
    expect(source()).toBe(`${URL_OF_IT}?exp=1`);
    expect(screen.getByRole("link").getAttribute("href")).toBe(`${URL_OF_IT}?exp=2`);
    await failAndWait(1000);
    expect(onFailed).toHaveBeenCalledOnce();
    expect(source()).toBe(`${URL_OF_IT}?exp=2`);
    await failAndWait(3000);
    expect(source()).toBe(`${URL_OF_IT}?exp=2&retry=1`);
  });
});
