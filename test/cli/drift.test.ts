import { beforeAll, describe, expect, test } from 'vitest';
import { drift } from '../../cli/commands/drift.ts';
import type { Deployment } from '../../cli/deployment/deployment.ts';
import { parse } from '../../cli/frame/parse.ts';
import { roomToken } from '../../functions/rooms/model/token.ts';
import { DAY, journey } from '../journey/journey.ts';
import { assertFits, beside, turnToNoon } from './stack.ts';
import { keptTerminal } from './terminal.ts';

const system = journey();
const { here, shown, there, deployment } = beside(system);
const HOUR = DAY / 24;

describe('drift', () => {
  test('says of each account that nothing is wrong, and ends with 0', async () => {
    const { ask } = system();
    await turnToNoon(system());
    for (const key of ['lost', 'drifted', 'well'])
      await ask({
        key,
        display_name: key,
        lifetime: 'P90D',
        join_approval_level: 'explicit_approval',
      });
    expect(await here('drift')).toEqual({
      code: 0,
      out: 'emulator  3 rooms  nothing is wrong\n',
      err: '',
    });
  });

  test('names what is wrong and what mends it, and changes nothing; that mends it', async () => {
    const { emulator, stack, room, doors } = system();
    const { pool, mark } = await deployment();
    const provider = pool.provider('emulator');
    const of = async (key: string) => (await (await deployment()).rooms.read(key))?.current?.id ?? '';
    emulator.removeRoom(await of('lost'));
    await provider.change(await of('drifted'), { settings: { join_approval_level: 'none' } });
    const order = (token: string) => ({
      token,
      settings: { display_name: 'stray' },
      expiresAt: stack.clock.now() + 30 * DAY,
    });
    const orphan = await provider.create(order(roomToken(mark, 'nobody', 1)));
    const stranger = await provider.create(order(roomToken('zzzzz', 'theirs', 1)));
    await stack.turnTo(stack.clock.now() + 2 * HOUR);

    const before = [emulator.inventory(), await doors.rooms()];
    const { code, out } = await here('drift', '--strangers', '--json');
    expect(code).toBe(1);
    assertFits('drift', out);
    const drifted = JSON.parse(out);
    expect(drifted.applications).toEqual([
      { application: 'emulator', rooms: 4, strangers: 1, findings: 3, held: false },
    ]);
    const finding = (what: string, more: object) =>
      expect.objectContaining({ what, application: 'emulator', command: 'reconcile', ...more });
    expect(drifted.findings).toHaveLength(3);
    expect(drifted.findings).toEqual(
      expect.arrayContaining([
        finding('lost', { key: 'lost', generation: 1 }),
        finding('drifted', { key: 'drifted', why: expect.stringContaining('join_approval_level') }),
        finding('orphan', { room: orphan.id }),
      ]),
    );
    expect(drifted.strangers).toEqual([
      { application: 'emulator', room: stranger.id, guestUrl: stranger.guestUrl },
    ]);
    expect((await there('drift', '--strangers', '--json')).out).toBe(out);
    const narrow = (await shown({ width: 60 }, 'drift')).out.trimEnd().split('\n');
    expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(narrow.at(-1)).toMatch(/^evergreen-rooms reconcile --port \d+ fixes 3 findings$/);
    expect([emulator.inventory(), await doors.rooms()]).toEqual(before);

    expect(await here('drift', '--repair')).toMatchObject({
      code: 2,
      err: expect.stringContaining('repair 3 findings: there is no terminal for a question, so add --yes'),
    });
    expect(await shown({ answer: 'n', width: 100 }, 'drift', '--repair')).toMatchObject({ code: 2 });
    expect([emulator.inventory(), await doors.rooms()]).toEqual(before);
    expect(await shown({ answer: 'y', width: 100 }, 'drift', '--repair')).toMatchObject({
      code: 0,
      err: expect.stringContaining('a comparison of all applications has been started\n'),
    });
    await stack.settle();
    expect((await here('drift')).out).toBe('emulator  5 rooms, 1 of others  nothing is wrong\n');
    expect((await room('lost')).generation).toBe(2);
  });

  test('--repair confirms what reconciliation holds back', async () => {
    const { stack } = system();
    const { pool, mark } = await deployment();
    for (let i = 0; i < 12; i += 1) {
      await pool.provider('emulator').create({
        token: roomToken(mark, `nobody-${i}`, 1),
        settings: { display_name: 'stray' },
        expiresAt: stack.clock.now() + 30 * DAY,
      });
    }
    await stack.turnTo(stack.clock.now() + 2 * HOUR);
    expect((await here('drift')).out).toMatch(/12 findings, held back/);
    expect(await here('drift', '--repair', '--yes')).toMatchObject({
      code: 0,
      err: expect.stringContaining(
        'a comparison of emulator has been started, which may change up to 12 rooms',
      ),
    });
    await stack.settle();
    expect(await here('drift')).toMatchObject({ code: 0, out: expect.stringContaining('nothing is wrong') });
  });

  test('--repair starts nothing where nothing is wrong', async () => {
    expect(await here('drift', '--repair', '--yes')).toMatchObject({ code: 0, err: '' });
  });

  describe('of a room that is lost', () => {
    /** `drift --repair --yes` on a deployment that differs from the stack. */
    async function repaired(differences: (found: Deployment) => Partial<Deployment>) {
      const found = await deployment();
      const started: unknown[] = [];
      const { terminal, said } = keptTerminal();
      const { args, flags } = parse(drift, ['--repair', '--yes']);
      const differing: Deployment = {
        ...found,
        ...differences(found),
        reconcile: async (options) => {
          started.push(options);
          return 'started';
        },
      };
      const ran = drift.run({ args, flags, terminal, deployment: async () => differing });
      const end = await ran.catch(({ message }: Error) => message);
      return { end, started, out: said.out };
    }

    beforeAll(async () => {
      const { emulator, stack } = system();
      const { current } = (await (await deployment()).rooms.read('well')) ?? {};
      emulator.removeRoom(current?.id ?? '');
      await stack.turnTo(stack.clock.now() + 2 * HOUR);
    });

    test('--repair starts one comparison', async () => {
      expect(await repaired(() => ({}))).toMatchObject({ end: 0, started: [{}] });
    });

    test('--repair says so if reconciliation only reports, and starts nothing', async () => {
      const onlyReports = ({ reconciliation }: Deployment) =>
        ({ reconciliation: { ...reconciliation, mode: 'report' } }) as const;
      expect(await repaired(onlyReports)).toMatchObject({
        end: expect.stringContaining('reconciliation only reports in this deployment'),
        started: [],
      });
    });

    test('--repair repairs it, and is wrong if another account could not be listed', async () => {
      const withAnother = ({ applications: [first], applications, pool }: Deployment) => ({
        applications: first ? [...applications, { ...first, name: 'another' }] : [],
        pool: {
          ...pool,
          provider(name: string) {
            if (name === 'another') throw new Error('its secret is away');
            return pool.provider(name);
          },
        },
      });
      const { end, started, out } = await repaired(withAnother);
      expect([end, started]).toEqual([1, [{}]]);
      expect(out).toMatch(/^! another: .*its secret is away/m);
    });
  });

  test('an account that cannot be listed is wrong, and no other', async () => {
    const { emulator } = system();
    emulator.faults.add({ on: 'GET /rooms', fault: 'status', status: 401, times: 'always' });
    const { code, out } = await here('drift');
    emulator.faults.clear();
    expect([code, out]).toEqual([1, expect.stringMatching(/^! emulator: /m)]);
    expect(await here('drift', '--application', 'another')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--application must be an application of the pool (emulator)'),
    });
  });
});
