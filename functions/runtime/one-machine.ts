/** The stack on one machine sets this in the process that runs a function, before the function is loaded. */
export const ONE_MACHINE = Symbol.for('evergreen-rooms.one-machine');

/** Whether this is the stack on one machine. No environment variable sets this, and nothing in AWS does. */
export function isOnOneMachine(): boolean {
  return ONE_MACHINE in globalThis;
}
