import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// Pages are loaded when they are opened, which takes a busy machine its time.
configure({ asyncUtilTimeout: 4000 });

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
