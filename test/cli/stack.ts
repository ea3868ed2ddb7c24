import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import type { Deployment } from '../../cli/deployment/deployment.ts';
import { findPlace } from '../../cli/deployment/find.ts';
import { type ControlServer, openControl } from '../../local/rooms/control.ts';
import type { LocalRooms } from '../../local/rooms/local-rooms.ts';
import { DAY } from '../journey/journey.ts';
import { call, type Said, type TerminalOptions } from './terminal.ts';

/** The command beside the stack on this machine. */
export interface Beside {
  /** Runs a call on the stack on this machine. */
  here(...argv: string[]): Promise<Said>;
  shown(options: TerminalOptions, ...argv: string[]): Promise<Said>;
  /** Runs a call on the same stack by its name, as one in AWS is reached. */
  there(...argv: string[]): Promise<Said>;
  /** The port that the commands have. */
  deployment(): Promise<Deployment>;
}

/** Lets the commands of a test file reach its stack. */
export function beside(system: () => LocalRooms): Beside {
  let control: ControlServer;
  beforeAll(async () => {
    control = await openControl(0);
    control.attach(system());
  });
  afterAll(() => control.stop());
  const port = () => String(control.port);
  return {
    here: (...argv) => call([...argv, '--port', port()]),
    shown: (options, ...argv) => call([...argv, '--port', port()], options),
    async there(...argv) {
      const { environment, template } = system().stack;
      for (const name of ['AWS_ENDPOINT_URL', 'AWS_REGION']) vi.stubEnv(name, environment[name]);
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
      try {
        return await call([...argv, '--stack', template.stackName]);
      } finally {
        vi.unstubAllEnvs();
      }
    },
    deployment: () =>
      findPlace(
        { port: port(), local: true, stack: undefined, deployment: undefined, region: undefined },
        'any',
      ),
  };
}

/** Turns the clock to the noon of another day: the schedules run at night. */
export async function turnToNoon({ stack }: Pick<LocalRooms, 'stack'>): Promise<void> {
  await stack.turnTo((Math.floor(stack.clock.now() / DAY) + 1.5) * DAY);
}

const schema = JSON.parse(readFileSync('docs/command.schema.json', 'utf8'));

/** The names of all outputs that are documented. */
export const documented: readonly string[] = Object.keys(schema.$defs);

/** Holds what a command printed to the documented schema. */
export function assertFits(name: string, json: string): void {
  const ajv = addFormats.default(new Ajv.default({ strict: false }));
  const fits = ajv.compile({ ...schema, $ref: `#/$defs/${encodeURIComponent(name)}` });
  expect([name, fits(JSON.parse(json)), fits.errors]).toEqual([name, true, null]);
}
