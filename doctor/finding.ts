import type { Clients } from './clients.ts';
import type { Deployment } from './deployment.ts';

export type Level = 'ok' | 'warning' | 'failed';

/** What a look at one thing came to. */
export interface Finding {
  readonly level: Level;
  /** What was looked at. */
  readonly subject: string;
  readonly found: string;
  /** What to do about it: a sentence or a command. */
  readonly mend?: string;
}

/** Looks at one side of a deployment. What it cannot look at it leaves to its error. */
export type Check = (deployment: Deployment, clients: Clients) => Promise<readonly Finding[]>;

export const ok = (subject: string, found: string): Finding => ({ level: 'ok', subject, found });

export const warning = (subject: string, found: string, mend: string): Finding => ({
  level: 'warning',
  subject,
  found,
  mend,
});

export const failed = (subject: string, found: string, mend: string): Finding => ({
  level: 'failed',
  subject,
  found,
  mend,
});
