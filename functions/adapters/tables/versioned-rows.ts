import { RoomChangedError } from '../../rooms/model/errors.ts';
import { type DynamoDb, isConditionFailed } from '../aws/operations.ts';

export type Item = Record<string, unknown>;

/**
 * Rows of the table of calendars. They are read whole, and written whole unless another worker wrote
 * meanwhile.
 */
export class VersionedRows {
  readonly #dynamoDb: DynamoDb;
  readonly #table: string;
  readonly #counter: string;

  /** @param counter the attribute that counts the writes of a row; 0 means never written */
  constructor(dynamoDb: DynamoDb, table: string, counter: string) {
    this.#dynamoDb = dynamoDb;
    this.#table = table;
    this.#counter = counter;
  }

  async read(id: string): Promise<Item | undefined> {
    const get = { TableName: this.#table, Key: { id }, ConsistentRead: true };
    return (await this.#dynamoDb('GetItem', get)).Item;
  }

  /**
   * Prepares a write of a row, which adds one to its count.
   *
   * @param item with the count that it was read with
   * @param conflict the message of the RoomChangedError that is thrown if another worker wrote first
   * @returns a function that writes the row; an invalid item fails before that
   */
  prepare(item: Item & { readonly id: string }, conflict: string): () => Promise<void> {
    const counter = this.#counter;
    const before = Number(item[counter]);
    const put = {
      TableName: this.#table,
      Item: { ...item, [counter]: before + 1 },
      ConditionExpression: 'attribute_not_exists(id) OR #counter = :before',
      ExpressionAttributeNames: { '#counter': counter },
      ExpressionAttributeValues: { ':before': before },
    };
    return async () => {
      try {
        await this.#dynamoDb('PutItem', put);
      } catch (cause) {
        if (!isConditionFailed(cause)) throw cause;
        throw new RoomChangedError(conflict, { cause });
      }
    };
  }
}
