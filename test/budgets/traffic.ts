import { fileURLToPath } from 'node:url';
import { startLinkWorld } from '../../bench/links/visits.ts';
import { BenchContainer, type Work } from '../../bench/world/container.ts';
import { type Recorder, startRecorder } from '../../bench/world/recorder.ts';
import { type BenchWorld, startWorld } from '../../bench/world/world.ts';
import type { Figures } from './figures.ts';

/** Rooms of each kind of work; the figures are for one of them. */
const ROOMS = 10;

/** A piece of work, and what it is done on. */
interface Scene {
  readonly title: string;
  readonly bundle: string;
  readonly body: object;
  /** Messages, where it is not one a room. */
  readonly messages?: number;
}

const ROOM = { key: 'room-%n', display_name: 'Room %n', lifetime: 'P90D' };

/** In this order: each works on what the one before left. */
const SCENES: readonly Scene[] = [
  { title: 'a room created', bundle: 'create-rooms', body: ROOM },
  { title: 'a room asked for again', bundle: 'create-rooms', body: ROOM },
  {
    title: 'a room changed in place',
    bundle: 'create-rooms',
    body: { ...ROOM, join_approval_level: 'explicit_approval' },
  },
  { title: 'a room cancelled', bundle: 'create-rooms', body: { key: 'room-%n', action: 'cancel' } },
  { title: 'a rotation planned', bundle: 'plan-rotation', body: {}, messages: 1 },
  { title: 'rooms reconciled', bundle: 'reconcile-rooms', body: {}, messages: 1 },
  {
    title: 'a room rotated',
    bundle: 'rotate-rooms',
    body: { key: 'due-%n', generation: 1, cause: 'due' },
  },
];

/** What goes over the wire for each kind of work. */
export async function trafficFigures(): Promise<Figures> {
  const world = await startWorld();
  const recorder = await startRecorder(world);
  const containers = new Map<string, BenchContainer>();
  const figures: Record<string, number> = {};
  try {
    await world.seed('due-', ROOMS);
    for (const scene of SCENES) {
      const container = containers.get(scene.bundle) ?? (await open(scene.bundle, world, recorder));
      containers.set(scene.bundle, container);
      Object.assign(figures, await play(scene, container, recorder, world.engine));
    }
  } finally {
    for (const container of containers.values()) await container.stop();
    await recorder.stop();
    await world.stop();
  }
  return figures;
}

/** What goes over the wire for visits of a link whose room is open. */
export async function visitFigures(): Promise<Figures> {
  const world = await startLinkWorld();
  const recorder = await startRecorder(world);
  const bundle = bundleOf('open-room');
  const container = new BenchContainer({ bundle, environment: world.environment(recorder.endpoints) });
  await container.load();
  await container.run(world.visits(ROOMS));
  const calls = [...recorder.operations].map(([name, { calls }]) => `${name} ${calls / ROOMS}`);
  const units = [...recorder.operations.values()].reduce((sum, operation) => sum + operation.units, 0);
  await container.stop();
  await recorder.stop();
  await world.stop();
  if (calls.join() !== 'GetItem 1') throw new Error(`a visit is one GetItem, and made ${calls.join()}`);
  return { ...(world.engine === 'dynoxide' && { 'a link visited: read units': units / ROOMS }) };
}

/** How many tokens are signed for a hundred rooms that one container makes. */
export async function signatureFigures(): Promise<Figures> {
  const world = await startWorld();
  const recorder = await startRecorder(world);
  const container = await open('create-rooms', world, recorder);
  await container.run({ body: JSON.stringify(ROOM), from: 0, to: 100, batchSize: 10 });
  const signatures = recorder.signatures();
  await container.stop();
  await recorder.stop();
  await world.stop();
  return { 'a hundred rooms created: signatures': signatures };
}

async function open(name: string, world: BenchWorld, recorder: Recorder): Promise<BenchContainer> {
  const environment = world.environment(recorder.endpoints);
  const container = new BenchContainer({ bundle: bundleOf(name), environment });
  await container.load();
  return container;
}

function bundleOf(name: string): string {
  return fileURLToPath(new URL(`../../dist/functions/${name}/index.mjs`, import.meta.url));
}

async function play(
  scene: Scene,
  container: BenchContainer,
  recorder: Recorder,
  engine: BenchWorld['engine'],
): Promise<Figures> {
  const { title, body, messages = ROOMS } = scene;
  const work: Work = { body: JSON.stringify(body), from: 0, to: messages, batchSize: ROOMS };
  recorder.clear();
  await container.run(work);
  const per = (amount: number) => Math.round((amount / messages) * 100) / 100;
  const sum = (kind: Kind, of: 'calls' | 'units') => {
    const operations = [...recorder.operations].filter(([name]) => kindOf(name) === kind);
    return per(operations.reduce((total, [, operation]) => total + operation[of], 0));
  };
  return {
    [`${title}: reads of the table`]: sum('read', 'calls'),
    [`${title}: writes of the table`]: sum('write', 'calls'),
    // the other engine does not calculate what the index costs
    ...(engine === 'dynoxide' && {
      [`${title}: read units`]: sum('read', 'units'),
      [`${title}: write units`]: sum('write', 'units'),
    }),
    [`${title}: calls to the provider`]: sum('provider', 'calls'),
    [`${title}: other calls`]: sum('other', 'calls'),
  };
}

type Kind = 'read' | 'write' | 'provider' | 'other';

const READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan']);
const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']);

function kindOf(operation: string): Kind {
  if (READS.has(operation)) return 'read';
  if (WRITES.has(operation)) return 'write';
  return operation.includes('/') ? 'provider' : 'other';
}
