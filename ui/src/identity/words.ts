interface Explained {
  title: string;
  text: string;
}

/** Why a sign-in did not succeed, by the reason that the gateway put into the address. */
export function explain(reason: string, provider: string): Explained {
  switch (reason) {
    case "not_allowed":
      return {
        title: "That account may not come in",
        text: "You did sign in, but the people who run this studio have not admitted that account. Ask them, or use another one.",
      };
    case "expired":
      return {
        title: "That sign-in is no longer good",
        text: "It took longer than ten minutes, or its page was opened twice. Begin again, please.",
      };
    case "unavailable":
      return {
        title: `${provider} does not answer`,
        text: "Nobody can be signed in at the moment. Try again in a minute; nothing of yours is lost.",
      };
    case "cancelled":
      return { title: "You were not signed in", text: `${provider} says that it was called off.` };
    default:
      return {
        title: "That sign-in did not succeed",
        text: `The gateway could not accept what ${provider} answered. Try again; if it happens every time, tell the people who run this studio.`,
      };
  }
}
