/** What must hold, as one line of the code that can be switched off. */
export interface Safeguard {
  readonly name: string;
  /** Where it stands, the line as it is, and the line without it. */
  readonly file: string;
  readonly on: string;
  readonly off: string;
  /** Where its tests are. @default those of the domain, the queues and the tables */
  readonly tests?: readonly string[];
}
