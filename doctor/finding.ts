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
