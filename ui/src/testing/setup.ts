import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

// jsdom draws nothing and has no modal layer; these are the parts of <dialog> the studio uses.
HTMLDialogElement.prototype.showModal ??= function showModal() {
  this.open = true;
};
HTMLDialogElement.prototype.close ??= function close() {
  this.open = false;
  this.dispatchEvent(new Event("close"));
};

window.scrollTo = () => undefined;

afterEach(() => {
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
});
