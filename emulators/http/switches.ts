/**
 * The positions of each switch of an emulator, its default first. A switch with numbers accepts other numbers
 * too.
 */
export type Positions = Readonly<Record<string, readonly [Position, ...Position[]]>>;
type Position = string | number | boolean;

type Widened<P> = P extends number ? number : P;

export type SwitchesOf<P extends Positions> = { readonly [K in keyof P]: Widened<P[K][number]> };

export function defaultsOf<P extends Positions>(positions: P): SwitchesOf<P> {
  // the entries keep their names, and the first position has the type of all
  return Object.fromEntries(
    Object.entries(positions).map(([name, [first]]) => [name, first]),
  ) as SwitchesOf<P>;
}

/**
 * Returns every way to change one switch from its default, for tests that try a client under each position.
 */
export function turnsOf<P extends Positions>(positions: P): Partial<SwitchesOf<P>>[] {
  return Object.entries(positions).flatMap(([name, [, ...others]]) =>
    others.map((position) => ({ [name]: position }) as Partial<SwitchesOf<P>>),
  );
}

/**
 * Reads `name=position` as it is typed.
 *
 * @throws Error that names the switches or the positions
 */
export function readSwitches<P extends Positions>(
  positions: P,
  typed: readonly string[],
): Partial<SwitchesOf<P>> {
  return Object.fromEntries(typed.map((text) => readSwitch(positions, text))) as Partial<SwitchesOf<P>>;
}

function readSwitch(positions: Positions, typed: string): [string, Position] {
  const [name = '', value = ''] = typed.split(/=(.*)/s);
  const known = Object.hasOwn(positions, name) ? positions[name] : undefined;
  if (!known) throw new Error(`there is no switch "${name}": use ${Object.keys(positions).join(', ')}`);
  const position = known.find((each) => String(each) === value);
  if (position !== undefined) return [name, position];
  if (typeof known[0] === 'number' && /^\d+$/.test(value)) return [name, Number(value)];
  throw new Error(`switch ${name} has no position "${value}": use ${known.join(', ')}`);
}
