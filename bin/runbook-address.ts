import { execFileSync } from 'node:child_process';

/**
 * Where the runbook is on the web, for whoever reads an alarm far from a checkout: in the repository that this one was
 * cloned from.
 *
 * @returns undefined where there is no such repository on the web
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
