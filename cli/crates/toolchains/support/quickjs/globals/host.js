// What the host granted, and whether the component runs already: the code at the top of files runs when it is built, and what the
// host says then would be said to every instance for ever.

export const host = { running: false, stdio: undefined, random: undefined, sleep: undefined };

/** An error about something that a web page has and this component does not. */
export function lacking(what, why) {
  return new Error(`${what} is not there on the engine QuickJS: ${why}`);
}
