export type Level = 'ok' | 'warning' | 'failed';

/** The result of one check of one thing. */
export interface Finding {
  readonly level: Level;
  /** The name of the thing. */
  readonly subject: string;
  readonly found: string;
  /** What to do: a sentence or a command. */
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
