import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface CdkSettings {
  readonly app: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

/**
 * Synthesises the app of `cdk.json` as the CDK's command line does, but without it: the app writes its cloud
 * assembly to `CDK_OUTDIR`, and reads its context from `CDK_CONTEXT_JSON`.
 *
 * @param project the folder of `cdk.json`
 * @param outDir the folder for the cloud assembly
 * @param context has priority over that of `cdk.json`
 */
export async function synthesise(
  project: string,
  outDir: string,
  context: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const settings = JSON.parse(await readFile(join(project, 'cdk.json'), 'utf8')) as CdkSettings;
  const environment = {
    ...process.env,
    PATH: `${join(process.execPath, '..')}:${process.env.PATH}`,
    CDK_OUTDIR: outDir,
    // the library's own validation doubles the time, and `npm run check` runs it
    CDK_VALIDATION: 'false',
    CDK_CONTEXT_JSON: JSON.stringify({ ...settings.context, ...context }),
  };
  const app = spawn(settings.app, {
    cwd: project,
    env: environment,
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const hear = (text: Buffer) => {
    said += text;
  };
  app.stdout.on('data', hear);
  app.stderr.on('data', hear);
  const code = await new Promise<number | null>((ended, failed) =>
    app.on('error', failed).on('close', ended),
  );
  if (code !== 0) throw new Error(`the stack could not be synthesised by ${settings.app}:\n${said.trim()}`);
}
