import { drawBelow, type Random } from '../emulators/http/random.ts';

/** A request as a sender sends it. */
export interface WorkItem {
  readonly key: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The state that the newest request for a key wants. */
export type Wanted = { readonly cancelled: true } | { readonly cancelled: false; readonly name: string };

/** Draws requests for a number of keys, and knows the expected final state. */
export interface Workload {
  next(): WorkItem;
  readonly wanted: ReadonlyMap<string, Wanted>;
  /** The newest request for each key that decides its state. */
  readonly newest: ReadonlyMap<string, WorkItem>;
}

const NAMES = ['Weekly', 'Monthly', 'Quarterly'] as const;
const LIFETIMES = ['P3D', 'P5D', 'P10D', 'P30D'] as const;
const MODES = ['recreate', 'recreate', 'extend', 'none'] as const;
/** For keys without hold, release and rotation by hand: a room on demand may never have existed. */
const FREE_MODES = [...MODES, 'on-demand'] as const;

/** The requests of visitors and persons for an existing key. */
const AT_THE_LINK = ['knock', 'knock', 'relink'] as const;

/** Every third key is never cancelled, so that it can be held, released and rotated by hand at any time. */
const isLasting = (index: number) => index % 3 === 0;

export function drawWorkload(random: Random, keys: number): Workload {
  const wanted = new Map<string, Wanted>();
  const newest = new Map<string, WorkItem>();
  // none of the lists is empty
  const pick = <T>(among: readonly T[]): T => among[drawBelow(random, among.length)] as T;

  function ensure(key: string, isHandled: boolean): WorkItem {
    const display_name = pick(NAMES);
    wanted.set(key, { cancelled: false, name: display_name });
    const body = {
      key,
      display_name,
      lifetime: pick(LIFETIMES),
      renewal: { mode: pick(isHandled ? MODES : FREE_MODES) },
      expire_after_use: random() < 0.5,
    };
    return remembered({ key, body });
  }

  function cancel(key: string): WorkItem {
    wanted.set(key, { cancelled: true });
    return remembered({ key, body: { key, action: 'cancel' } });
  }

  function remembered(item: WorkItem): WorkItem {
    newest.set(item.key, item);
    return item;
  }

  return {
    wanted,
    newest,
    next() {
      const index = drawBelow(random, keys);
      const key = `room-${index}`;
      const draw = random();
      if (!wanted.has(key) || draw < 0.65) return ensure(key, isLasting(index));
      if (draw < 0.8) return { key, body: { key, action: pick(AT_THE_LINK) } };
      if (!isLasting(index)) return cancel(key);
      return { key, body: { key, action: pick(['rotate', 'rotate', 'hold', 'release']) } };
    },
  };
}
