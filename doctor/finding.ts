export type Level = 'ok' | 'warning' | 'failed';

/** What a look at one thing came to. */
export interface Finding {
  readonly level: Level;
  /** What was looked at. */
  readonly subject: string;
  readonly found: string;
  /** What to do about it: a sentence or a command. */
  readonly remedy?: string;
}

export const ok = (subject: string, found: string): Finding => ({ level: 'ok', subject, found });

export const warning = (subject: string, found: string, remedy: string): Finding => ({
  level: 'warning',
  subject,
  found,
  remedy,
});

export const failed = (subject: string, found: string, remedy: string): Finding => ({
  level: 'failed',
  subject,
  found,
  remedy,
});
