/** Set by the stack on one machine, in the process that runs a function, before the function is loaded. */
export const ONE_MACHINE = Symbol.for('evergreen-rooms.one-machine');

/** Whether this is the stack on one machine. No variable of the environment says so, and nothing in AWS. */
export function isOnOneMachine(): boolean {
  return ONE_MACHINE in globalThis;
}
