import { execFileSync } from 'node:child_process';

/**
 * Returns the runbook's address on the web, in the repository that this one was cloned from. People who read
 * an alarm may have no checkout.
 *
 * @returns undefined if that repository is not on the web
 */
export function runbookAddress(remote = originOf(import.meta.dirname)): string | undefined {
  const [, host, path] =
    /^(?:(?:https?|ssh|git):\/\/(?:[^@/]+@)?|[\w.-]+@)([\w.-]+)(?::\d+)?[:/](.+?)(?:\.git)?\/?$/.exec(
      remote ?? '',
    ) ?? [];
  return host && path ? `https://${host}/${path}/blob/HEAD/docs/runbook.md` : undefined;
}

function originOf(folder: string): string | undefined {
  try {
    return execFileSync('git', ['remote', 'get-url', 'origin'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}
