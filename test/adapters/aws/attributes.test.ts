import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Attributes, fromAttributes, toAttributes } from '../../../functions/adapters/aws/attributes.ts';

const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'grapheme' }),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 20 }),
    fc.array(fc.option(tie('value'), { nil: undefined }), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
  ),
})).value;

const item = fc.dictionary(fc.string(), fc.option(value, { nil: undefined }), { noNullPrototype: true });

/** The SDK writes bytes in base64 when it sends them. */
function sent(attributes: unknown): unknown {
  return JSON.parse(
    JSON.stringify(attributes, (_, part) =>
      part?.B instanceof Uint8Array ? { B: Buffer.from(part.B).toString('base64') } : part,
    ),
  );
}

test('an item is written as the SDK writes it, and read as it was written', () => {
  fc.assert(
    fc.property(item, (written) => {
      const ours = toAttributes(written);
      const theirs = marshall(written, { removeUndefinedValues: true });
      expect(ours).toEqual(sent(theirs));
      expect(plain(fromAttributes(ours))).toEqual(plain(unmarshall(theirs)));
    }),
    { seed: 21 },
  );
});

/** Bytes are equal whatever class they have. */
function plain(read: unknown): unknown {
  return JSON.parse(
    JSON.stringify(read, (_, part) => (part instanceof Uint8Array ? [...part] : part), undefined),
    (_, part) => (part?.type === 'Buffer' ? part.data : part),
  );
}

test.each([
  ['no number', Number.NaN],
  ['a number without end', Number.POSITIVE_INFINITY],
  ['an instance of a class', new Date(0)],
  ['a function', () => 1],
])('%s is an error before it is sent', (_, broken) => {
  expect(() => toAttributes({ deep: [{ broken }] })).toThrow('DynamoDB has no attribute for');
});

test('a set, which is never written, is not read as something else', () => {
  const foreign = { rooms: { SS: ['a'] } } as unknown as Attributes;
  expect(() => fromAttributes(foreign)).toThrow('an attribute is a SS');
});
